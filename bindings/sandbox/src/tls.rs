//! How the proxy reaches an app that speaks https.

use std::sync::Arc;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use crate::failure::Failure;

/// `https`: with the system's certificates, which are not read where they are not needed. `insecure`: whatever
/// certificate the app shows.
pub(crate) fn connector(
    http: HttpConnector,
    https: bool,
    insecure: bool,
) -> Result<HttpsConnector<HttpConnector>, Failure> {
    let provider = Arc::new(ring::default_provider());
    let failed = |problem: String| Failure::InputOutput {
        problem,
        fix: "pass --app-insecure for an app on your own machine".into(),
    };
    if https && !insecure {
        let builder = HttpsConnectorBuilder::new().with_provider_and_native_roots(provider);
        let builder =
            builder.map_err(|error| failed(format!("cannot read the system's certificates: {}", error.kind())))?;
        return Ok(builder.https_or_http().enable_http1().wrap_connector(http));
    }
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
    let builder = builder.map_err(|_| failed("cannot set up TLS".to_owned()))?;
    let config = match insecure {
        true => builder.dangerous().with_custom_certificate_verifier(Arc::new(Any(provider))).with_no_client_auth(),
        false => builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth(),
    };
    Ok(HttpsConnectorBuilder::new().with_tls_config(config).https_or_http().enable_http1().wrap_connector(http))
}

/// Takes any certificate: `--app-insecure`, for an app with a self-signed one.
#[derive(Debug)]
struct Any(Arc<CryptoProvider>);

impl ServerCertVerifier for Any {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
