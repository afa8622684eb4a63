/* errno is as it was, after success and after refusal. */
#include "check.h"

#include <errno.h>

#define KEEPS(call) (errno = 4242, (call), errno == 4242)

int main(void)
{
    personsig_signer *signer = NULL;
    char out[PERSONSIG_SIGNATURE_MAX];
    size_t len = 0, needed = 0;
    const int64_t d = PERSONSIG_DEFAULT;
    CHECK(KEEPS(personsig_signer_new(TEXT("chameleon"), TEXT(SECRET), NULL, NULL, 0, NULL, &signer)));
    CHECK(KEEPS(personsig_signer_sign(signer, TEXT("1"), d, out, sizeof out, &len)));
    CHECK(KEEPS(personsig_signer_sign(signer, TEXT("\xff"), d, out, sizeof out, &len)));
    CHECK(KEEPS(personsig_signer_verify(signer, TEXT("1"), out, len, NULL, NULL, NULL)));
    CHECK(KEEPS(personsig_signer_verify(signer, TEXT("2"), out, len, NULL, NULL, NULL)));
    CHECK(KEEPS(personsig_signer_explain(signer, TEXT("2"), out, len, NULL, NULL, NULL, 0, &needed)));
    CHECK(KEEPS(personsig_signer_snippet(signer, TEXT("2"), NULL, NULL, 0, &needed)));
    CHECK(KEEPS(personsig_signer_identity(signer, TEXT("2"), d, NULL, 0, &needed)));
    CHECK(KEEPS(personsig_signer_free(signer)));
    CHECK(KEEPS(personsig_signer_new(TEXT("chameleon"), TEXT(""), NULL, NULL, 0, NULL, &signer)));
    CHECK(KEEPS(personsig_signer_from_env(TEXT("chameleon"), TEXT("PERSONSIG_NOT_SET"), &signer)));
    return 0;
}
