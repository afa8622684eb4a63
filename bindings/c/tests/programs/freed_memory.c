/* No block that the library frees holds a secret. The argument says whose: signer, environment, explain. */
#include "heap.h"

#define CANARY "canary-5ZkQ0vXr"

/* SHA-256's state behind the inner pad (RFC 2104) of the key "s-" CANARY, as this machine keeps it: eight words of
   32 bits, the lowest byte first. Who has the inner and the outer state can sign. */
static const unsigned char state[] = {0x61, 0x23, 0x6d, 0x82, 0xca, 0xf9, 0x48, 0x79, 0x15, 0xe2, 0x7a,
                                      0xd5, 0x91, 0xe1, 0xf9, 0x93, 0x91, 0x70, 0xa7, 0xe6, 0x74, 0x73,
                                      0x1c, 0xfb, 0x35, 0x8b, 0xe0, 0xd9, 0x09, 0x95, 0x3e, 0x16};

static personsig_signer *signer_with_canaries(void)
{
    const char *const fallbacks[] = {"older-" CANARY, CANARY "-oldest"};
    const size_t lens[] = {sizeof "older-" CANARY - 1, sizeof CANARY "-oldest" - 1};
    personsig_signer *signer = NULL;
    CHECK(personsig_signer_new(TEXT("chameleon"), TEXT("s-" CANARY), fallbacks, lens, 2, NULL, &signer) ==
          PERSONSIG_OK);
    return signer;
}

static void whole_life(void)
{
    personsig_signer *signer = signer_with_canaries();
    char out[PERSONSIG_SIGNATURE_MAX];
    size_t len = 0;
    CHECK(personsig_signer_sign(signer, TEXT("1"), THEN, out, sizeof out, &len) == PERSONSIG_OK);
    const personsig_verify_options options = at(THEN);
    CHECK(personsig_signer_verify(signer, TEXT("1"), out, len, &options, NULL, NULL) == PERSONSIG_OK);
    personsig_signer_free(signer);

    const char *const fallbacks[] = {CANARY, ""};
    const size_t lens[] = {sizeof CANARY - 1, 0};
    CHECK(personsig_signer_new(TEXT("chameleon"), TEXT("s-" CANARY), fallbacks, lens, 2, NULL, &signer) ==
          PERSONSIG_MISSING_SECRET);
    for (size_t failure = 0; failure < 3; failure++) {
        fails_at = allocated + failure;
        CHECK(personsig_signer_new(TEXT("chameleon"), TEXT("s-" CANARY), fallbacks, lens, 1, NULL, &signer) ==
              PERSONSIG_OUT_OF_MEMORY);
        fails_at = SIZE_MAX;
    }
}

static void environment(void)
{
    personsig_signer *signer = NULL;
    setenv("CHAMELEON_VERIFICATION_SECRET", "e-" CANARY, 1);
    setenv("CHAMELEON_VERIFICATION_SECRET_PREVIOUS", CANARY "-e", 1);
    CHECK(personsig_signer_from_env(TEXT("chameleon"), NULL, 0, &signer) == PERSONSIG_OK);
    personsig_signer_free(signer);
    setenv("CHAMELEON_VERIFICATION_SECRET_PREVIOUS", CANARY "\n", 1);
    CHECK(personsig_signer_from_env(TEXT("chameleon"), NULL, 0, &signer) == PERSONSIG_PADDED_SECRET);
}

static void explained(void)
{
    static char out[1 << 16];
    size_t len = 0;
    const char *fallbacks[12];
    size_t lens[12];
    for (size_t i = 0; i < 12; i++) {
        fallbacks[i] = "older-" CANARY;
        lens[i] = sizeof "older-" CANARY - 1;
    }
    personsig_signer *signer = NULL;
    CHECK(personsig_signer_new(TEXT("chameleon"), TEXT("s-" CANARY), fallbacks, lens, 12, NULL, &signer) ==
          PERSONSIG_OK);
    CHECK(personsig_signer_explain(signer, TEXT("1"), TEXT(TIMESTAMPED), NULL, NULL, out, sizeof out, &len) ==
          PERSONSIG_OK);
    CHECK(memmem(out, len, TEXT(CANARY)) == NULL);
    personsig_signer_free(signer);
}

int main(int count, char **arguments)
{
    CHECK(count == 2);
    wanted = CANARY;
    wanted_state = state;
    size_t before = freed;
    if (strcmp(arguments[1], "signer") == 0)
        whole_life();
    else if (strcmp(arguments[1], "environment") == 0)
        environment();
    else if (strcmp(arguments[1], "explain") == 0)
        explained();
    else
        return 2;
    CHECK(freed >= before + 2); /* the library's free is ours */
    CHECK(found == 0);

    char *planted = malloc(100); /* and it would have seen one */
    memcpy(planted + 42, TEXT(CANARY));
    free(planted);
    CHECK(found == 1);
    planted = calloc(1, 100); /* the same block, so without the canary */
    memcpy(planted + 1, state, sizeof state);
    free(planted);
    CHECK(found == 2);
    return 0;
}
