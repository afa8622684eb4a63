//! A pass-through proxy of the same hyper that does nothing else: what the load test compares the sandbox with.
//!
//!     bare_proxy LISTEN UPSTREAM

use std::env;

use axum::body::Body;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let (listen, upstream) = (env::args().nth(1).unwrap_or_default(), env::args().nth(2).unwrap_or_default());
    let listener = TcpListener::bind(listen).await?;
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    loop {
        let (stream, _) = listener.accept().await?;
        let (client, upstream) = (client.clone(), upstream.clone());
        tokio::spawn(async move {
            let service = service_fn(move |mut request: Request<Incoming>| {
                let (client, upstream) = (client.clone(), upstream.clone());
                async move {
                    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
                    *request.uri_mut() = format!("http://{upstream}{path}").parse::<Uri>().unwrap_or_default();
                    let answer = client.request(request.map(Body::new)).await;
                    let answer: Response = match answer {
                        Ok(answer) => answer.map(Body::new),
                        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
                    };
                    Ok::<_, std::convert::Infallible>(answer)
                }
            });
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}
