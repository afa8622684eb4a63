/*
 * Before and after: OpenSSL's HMAC, and the same signature from personsig.
 *
 * The lines before are correct, and they are what to use where the library cannot be linked. They check nothing: keep
 * the secret non-empty and without white space yourself.
 *
 *     cc replace.c $(pkg-config --cflags --libs personsig libcrypto) -o replace
 */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <personsig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int before(void)
{
    const char *secret = getenv("GOSQUARED_SECURE_MODE_SECRET");
    unsigned char digest[32];
    size_t i;

    if (secret == NULL ||
        HMAC(EVP_sha256(), secret, (int)strlen(secret), (const unsigned char *)"123456", 6, digest, NULL) == NULL)
        return 1;
    for (i = 0; i < sizeof digest; i++)
        printf("%02x", digest[i]);
    putchar('\n');
    return 0;
}

static int after(void)
{
    personsig_signer *signer;
    char signature[PERSONSIG_SIGNATURE_MAX];
    size_t length;
    personsig_status status;

    if (personsig_signer_from_env(PERSONSIG_LITERAL("gosquared"), NULL, 0, &signer) != PERSONSIG_OK)
        return 1;
    status = personsig_signer_sign(signer, PERSONSIG_LITERAL("123456"), PERSONSIG_DEFAULT, signature, sizeof signature,
                                   &length);
    if (status == PERSONSIG_OK)
        printf("%.*s\n", (int)length, signature);
    personsig_signer_free(signer);
    return status != PERSONSIG_OK;
}

int main(void)
{
    return before() || after();
}
