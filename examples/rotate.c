/*
 * Replaces a secret: the new one signs, the old one still verifies until it is dropped.
 *
 *     cc rotate.c $(pkg-config --cflags --libs personsig) -o rotate
 */
#include <personsig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(personsig_status status)
{
    if (status == PERSONSIG_OK)
        return;
    fprintf(stderr, "%s: %s\n", personsig_status_name(status), personsig_status_message(status));
    exit(1);
}

static void verify(const personsig_signer *signer, const char *signature, size_t length)
{
    size_t secret_index;
    check(personsig_signer_verify(signer, PERSONSIG_LITERAL("123456"), signature, length, NULL, &secret_index, NULL));
    printf("valid, with secret %zu\n", secret_index);
}

int main(void)
{
    const char *secret = "personsig-new-secret", *old_secret = "personsig-test-secret";
    const size_t old_secret_length = strlen(old_secret);
    const char *old_signature = "0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64";
    char signature[PERSONSIG_SIGNATURE_MAX];
    size_t length;
    personsig_signer *signer;

    check(personsig_signer_new(PERSONSIG_LITERAL("gosquared"), secret, strlen(secret), &old_secret, &old_secret_length,
                               1, NULL, &signer));
    verify(signer, old_signature, strlen(old_signature));
    check(personsig_signer_sign(signer, PERSONSIG_LITERAL("123456"), PERSONSIG_DEFAULT, signature, sizeof signature,
                                &length));
    verify(signer, signature, length);
    personsig_signer_free(signer);
    return 0;
}
