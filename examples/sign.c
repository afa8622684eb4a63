/*
 * Signs one user for both providers. In production the secret comes from the environment: personsig_signer_from_env.
 *
 *     cc sign.c $(pkg-config --cflags --libs personsig) -o sign
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

static void sign(const char *provider, const char *user_id, int64_t now)
{
    const char *secret = "personsig-test-secret";
    char signature[PERSONSIG_SIGNATURE_MAX];
    size_t length;
    personsig_signer *signer;

    check(personsig_signer_new(provider, strlen(provider), secret, strlen(secret), NULL, NULL, 0, NULL, &signer));
    check(personsig_signer_sign(signer, user_id, strlen(user_id), now, signature, sizeof signature, &length));
    printf("%.*s\n", (int)length, signature);
    personsig_signer_free(signer);
}

int main(void)
{
    sign("gosquared", "123456", PERSONSIG_DEFAULT);
    /* A timestamped provider signs the time too; PERSONSIG_DEFAULT takes the system's clock. */
    sign("chameleon", "123456", 1596165824);
    return 0;
}
