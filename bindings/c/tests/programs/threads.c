/* Four threads sign and verify 2000 times each with one signer. */
#include "check.h"

#include <pthread.h>

static void *work(void *signer)
{
    personsig_verify_options options = at(THEN);
    options.max_age = options.clock_skew = 0;
    for (int i = 0; i < 2000; i++) {
        char id[16], out[PERSONSIG_SIGNATURE_MAX];
        size_t len = 0, id_len = (size_t)snprintf(id, sizeof id, "%d", i);
        CHECK(personsig_signer_sign(signer, id, id_len, THEN, out, sizeof out, &len) == PERSONSIG_OK);
        CHECK(personsig_signer_verify(signer, id, id_len, out, len, &options, NULL, NULL) == PERSONSIG_OK);
    }
    return NULL;
}

int main(void)
{
    personsig_signer *signer = new_signer("chameleon");
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        CHECK(pthread_create(&threads[i], NULL, work, signer) == 0);
    for (int i = 0; i < 4; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    personsig_signer_free(signer);
    return 0;
}
