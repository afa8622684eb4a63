/*
 * Checks a signature: the user's own, then the same shown for somebody else.
 *
 *     cc verify.c $(pkg-config --cflags --libs personsig) -o verify
 */
#include <inttypes.h>
#include <personsig.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    const char *secret = "personsig-test-secret";
    const char *signature = "05e19f815e0f91571951e927b3be86ff14c677828d8b61c9aab4bd8ec46d4537-1596165824";
    const char *user_ids[] = {"123456", "654321"};
    personsig_verify_options hour_later = PERSONSIG_VERIFY_OPTIONS_INIT;
    personsig_signer *signer;

    personsig_status status =
        personsig_signer_new(PERSONSIG_LITERAL("chameleon"), secret, strlen(secret), NULL, NULL, 0, NULL, &signer);
    if (status != PERSONSIG_OK) {
        fprintf(stderr, "%s: %s\n", personsig_status_name(status), personsig_status_message(status));
        return 1;
    }
    hour_later.now = 1596165824 + 3600;
    for (int i = 0; i < 2; i++) {
        size_t secret_index;
        int64_t signed_at;
        status = personsig_signer_verify(signer, user_ids[i], strlen(user_ids[i]), signature, strlen(signature),
                                         &hour_later, &secret_index, &signed_at);
        if (status == PERSONSIG_OK)
            printf("valid, signed at %" PRId64 " with secret %zu\n", signed_at, secret_index);
        else
            printf("refused: %s\n", personsig_status_name(status));
    }
    personsig_signer_free(signer);
    return 0;
}
