/* Wherever memory runs out in personsig_signer_new, it says so, and leaves nothing behind. */
#include "heap.h"

int main(void)
{
    const char *const fallbacks[] = {"old", "older"};
    const size_t lens[] = {3, 5};
    static char secret[100000];
    memset(secret, 's', sizeof secret);
    size_t failures = 0;
    personsig_status status;
    do {
        personsig_signer *signer = NULL;
        size_t allocated_before = allocated, freed_before = freed;
        fails_at = allocated + failures;
        status = personsig_signer_new(TEXT("gosquared"), secret, sizeof secret, fallbacks, lens, 2, NULL, &signer);
        fails_at = SIZE_MAX;
        CHECK((status == PERSONSIG_OK) == (signer != NULL));
        size_t refused = status == PERSONSIG_OK ? 0 : 1;
        personsig_signer_free(signer);
        CHECK(allocated - allocated_before - refused == freed - freed_before);
        failures += refused;
    } while (status == PERSONSIG_OUT_OF_MEMORY);
    CHECK(status == PERSONSIG_OK);
    CHECK(failures == 3); /* the list, the secrets' block, the handle */
    return 0;
}
