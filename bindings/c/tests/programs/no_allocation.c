/* Signing and verifying allocate nothing, whether they succeed or refuse. */
#include "heap.h"

int main(void)
{
    static char long_id[1 << 20], out[PERSONSIG_SIGNATURE_MAX];
    memset(long_id, 'a', sizeof long_id);
    personsig_signer *signers[] = {new_signer("gosquared"), new_signer("chameleon")};
    size_t before = allocated;
    CHECK(before > 0); /* malloc is ours */
    for (size_t i = 0; i < 2; i++) {
        size_t len = 0;
        const int64_t d = PERSONSIG_DEFAULT;
        const personsig_verify_options options = PERSONSIG_VERIFY_OPTIONS_INIT;
        CHECK(personsig_signer_sign(signers[i], long_id, sizeof long_id, d, out, sizeof out, &len) == PERSONSIG_OK);
        CHECK(personsig_signer_verify(signers[i], long_id, sizeof long_id, out, len, NULL, NULL, NULL) == PERSONSIG_OK);
        CHECK(personsig_signer_verify(signers[i], TEXT("1"), out, len, &options, NULL, NULL) ==
              PERSONSIG_SIGNATURE_MISMATCH);
        CHECK(personsig_signer_verify(signers[i], TEXT("1"), out, 9, &options, NULL, NULL) ==
              PERSONSIG_MALFORMED_SIGNATURE);
        CHECK(personsig_signer_sign(signers[i], TEXT("\xff"), d, out, sizeof out, &len) == PERSONSIG_INVALID_TEXT);
        CHECK(personsig_signer_sign(signers[i], TEXT("1\n"), d, out, sizeof out, &len) == PERSONSIG_CONTROL_CHARACTER);
        CHECK(personsig_signer_sign(signers[i], TEXT("1"), -1, out, sizeof out, &len) ==
              PERSONSIG_TIMESTAMP_OUT_OF_RANGE);
        CHECK(personsig_signer_sign(signers[i], TEXT("1"), d, out, 3, &len) == PERSONSIG_BUFFER_TOO_SMALL);
        CHECK(personsig_signer_sign(NULL, TEXT("1"), d, out, 3, &len) == PERSONSIG_NULL_POINTER);
        CHECK(personsig_hmac_sha256((uint8_t *)long_id, 100, (uint8_t *)long_id, 100, (uint8_t *)out) == PERSONSIG_OK);
        CHECK(strcmp(personsig_signer_provider(signers[i]), personsig_provider_name(i)) == 0);
    }
    CHECK(allocated == before);
    personsig_signer_free(signers[0]);
    personsig_signer_free(signers[1]);
    return 0;
}
