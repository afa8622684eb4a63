/* NULL for each pointer in turn, and lengths that no object has: a status, and nothing is written. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

static const char *const LIST[] = {"one", "two"};
static const char *const LIST_WITH_NULL[] = {"one", NULL};
static const size_t LENS[] = {3, 3};
static const size_t LENS_TOO_LONG[] = {3, SIZE_MAX};
static const size_t LENS_EMPTY[] = {3, 0};

#define TOO_LONG ((size_t)PTRDIFF_MAX + 1)
#define REFUSED(call) CHECK((call) == PERSONSIG_NULL_POINTER)

static void in_new(void)
{
    personsig_signer *signer = NULL;
    size_t bad = 7;
    REFUSED(personsig_signer_new(NULL, 1, TEXT("s"), NULL, NULL, 0, &bad, &signer));
    REFUSED(personsig_signer_new("gosquared", TOO_LONG, TEXT("s"), NULL, NULL, 0, &bad, &signer));
    REFUSED(personsig_signer_new(TEXT("gosquared"), NULL, 1, NULL, NULL, 0, &bad, &signer));
    REFUSED(personsig_signer_new(TEXT("gosquared"), "s", SIZE_MAX, NULL, NULL, 0, &bad, &signer));
    REFUSED(personsig_signer_new(TEXT("gosquared"), TEXT("s"), NULL, LENS, 2, &bad, &signer));
    REFUSED(personsig_signer_new(TEXT("gosquared"), TEXT("s"), LIST, NULL, 2, &bad, &signer));
    REFUSED(personsig_signer_new(TEXT("gosquared"), TEXT("s"), LIST, LENS, SIZE_MAX, &bad, &signer));
    CHECK(bad == PERSONSIG_NO_INDEX);
    REFUSED(personsig_signer_new(TEXT("gosquared"), TEXT("s"), LIST_WITH_NULL, LENS, 2, &bad, &signer));
    CHECK(bad == 1);
    bad = 7;
    REFUSED(personsig_signer_new(TEXT("gosquared"), TEXT("s"), LIST, LENS_TOO_LONG, 2, &bad, &signer));
    CHECK(bad == 1);
    REFUSED(personsig_signer_new(TEXT("gosquared"), TEXT("s"), NULL, NULL, 0, &bad, NULL));
    REFUSED(personsig_signer_new(TEXT("gosquared"), TEXT("s"), LIST_WITH_NULL, LENS, 2, NULL, &signer));
    CHECK(signer == NULL);
    CHECK(personsig_signer_new(NULL, 0, TEXT("s"), NULL, NULL, 0, &bad, &signer) == PERSONSIG_UNKNOWN_PROVIDER);
    CHECK(personsig_signer_new(TEXT("gosquared"), NULL, 0, NULL, NULL, 0, &bad, &signer) == PERSONSIG_MISSING_SECRET);
    CHECK(personsig_signer_new(TEXT("gosquared"), TEXT("s"), LIST_WITH_NULL, LENS_EMPTY, 2, &bad, &signer) ==
          PERSONSIG_MISSING_SECRET);
    CHECK(bad == 1 && signer == NULL);
}

static void in_from_env(void)
{
    personsig_signer *signer = NULL;
    REFUSED(personsig_signer_from_env(NULL, 1, NULL, 0, &signer));
    REFUSED(personsig_signer_from_env(TEXT("gosquared"), NULL, 1, &signer));
    REFUSED(personsig_signer_from_env(TEXT("gosquared"), NULL, 0, NULL));
    CHECK(signer == NULL);
    CHECK(personsig_signer_from_env(NULL, 0, NULL, 0, &signer) == PERSONSIG_UNKNOWN_PROVIDER);
    CHECK(personsig_signer_from_env(TEXT("gosquared"), TEXT("\xff"), &signer) == PERSONSIG_INVALID_TEXT);
    CHECK(personsig_signer_from_env(TEXT("gosquared"), TEXT("PERSONSIG_NOT_SET"), &signer) == PERSONSIG_MISSING_SECRET);
    CHECK(setenv("GOSQUARED_SECURE_MODE_SECRET", SECRET, 1) == 0);
    CHECK(personsig_signer_from_env(TEXT("gosquared"), TEXT(""), &signer) == PERSONSIG_MISSING_SECRET);
    CHECK(signer == NULL);
    CHECK(personsig_signer_from_env(TEXT("gosquared"), NULL, 0, &signer) == PERSONSIG_OK);
    personsig_signer_free(signer);
}

static void in_sign(const personsig_signer *signer)
{
    char out[PERSONSIG_SIGNATURE_MAX] = {0};
    size_t len = 7;
    REFUSED(personsig_signer_sign(NULL, TEXT("1"), 0, out, sizeof out, &len));
    REFUSED(personsig_signer_sign(signer, NULL, 1, 0, out, sizeof out, &len));
    REFUSED(personsig_signer_sign(signer, "1", TOO_LONG, 0, out, sizeof out, &len));
    REFUSED(personsig_signer_sign(signer, TEXT("1"), 0, NULL, 1, &len));
    REFUSED(personsig_signer_sign(signer, TEXT("1"), 0, out, sizeof out, NULL));
    CHECK(personsig_signer_sign(signer, NULL, 0, 0, out, sizeof out, &len) == PERSONSIG_EMPTY_USER_ID);
    CHECK(len == 7 && out[0] == 0);
}

static void in_verify(const personsig_signer *signer)
{
    size_t index = 7;
    int64_t signed_at = 7;
    REFUSED(personsig_signer_verify(NULL, TEXT("1"), TEXT("s"), NULL, &index, &signed_at));
    REFUSED(personsig_signer_verify(signer, NULL, 1, TEXT("s"), NULL, &index, &signed_at));
    REFUSED(personsig_signer_verify(signer, "1", SIZE_MAX, TEXT("s"), NULL, &index, &signed_at));
    REFUSED(personsig_signer_verify(signer, TEXT("1"), NULL, 1, NULL, &index, &signed_at));
    REFUSED(personsig_signer_verify(signer, TEXT("1"), "s", SIZE_MAX, NULL, &index, &signed_at));
    CHECK(personsig_signer_verify(signer, NULL, 0, TEXT("s"), NULL, &index, &signed_at) == PERSONSIG_EMPTY_USER_ID);
    CHECK(personsig_signer_verify(signer, TEXT("1"), NULL, 0, NULL, &index, &signed_at) == PERSONSIG_MISSING_SIGNATURE);
    CHECK(index == 7 && signed_at == 7);
}

static void in_explain(const personsig_signer *signer)
{
    char out[64] = {0};
    size_t len = 7, bad = 7;
    personsig_explain_options options = PERSONSIG_EXPLAIN_OPTIONS_INIT;
    options.also_count = 2;
    options.now = 0;
    REFUSED(personsig_signer_explain(NULL, TEXT("1"), TEXT("s"), NULL, &bad, out, sizeof out, &len));
    REFUSED(personsig_signer_explain(signer, NULL, 1, TEXT("s"), NULL, &bad, out, sizeof out, &len));
    REFUSED(personsig_signer_explain(signer, TEXT("1"), NULL, 1, NULL, &bad, out, sizeof out, &len));
    REFUSED(personsig_signer_explain(signer, TEXT("1"), TEXT("s"), NULL, &bad, NULL, 1, &len));
    REFUSED(personsig_signer_explain(signer, TEXT("1"), TEXT("s"), NULL, &bad, out, sizeof out, NULL));
    options.also_lens = LENS;
    REFUSED(personsig_signer_explain(signer, TEXT("1"), TEXT("s"), &options, &bad, out, sizeof out, &len));
    options.also = LIST;
    options.also_lens = NULL;
    REFUSED(personsig_signer_explain(signer, TEXT("1"), TEXT("s"), &options, &bad, out, sizeof out, &len));
    CHECK(bad == PERSONSIG_NO_INDEX);
    options.also = LIST_WITH_NULL;
    options.also_lens = LENS;
    REFUSED(personsig_signer_explain(signer, TEXT("1"), TEXT("s"), &options, &bad, out, sizeof out, &len));
    CHECK(bad == 1 && len == 7 && out[0] == 0);
}

static void in_sign_many(const personsig_signer *signer)
{
    char out[64] = {0};
    size_t len = 7, bad = 7;
    REFUSED(personsig_signer_sign_many(NULL, LIST, LENS, 2, 0, &bad, out, sizeof out, &len));
    REFUSED(personsig_signer_sign_many(signer, NULL, LENS, 2, 0, &bad, out, sizeof out, &len));
    REFUSED(personsig_signer_sign_many(signer, LIST, NULL, 2, 0, &bad, out, sizeof out, &len));
    REFUSED(personsig_signer_sign_many(signer, LIST, LENS, SIZE_MAX, 0, &bad, out, sizeof out, &len));
    REFUSED(personsig_signer_sign_many(signer, LIST, LENS, 2, 0, &bad, NULL, 1, &len));
    REFUSED(personsig_signer_sign_many(signer, LIST, LENS, 2, 0, &bad, out, sizeof out, NULL));
    CHECK(bad == PERSONSIG_NO_INDEX);
    REFUSED(personsig_signer_sign_many(signer, LIST_WITH_NULL, LENS, 2, 0, &bad, out, sizeof out, &len));
    CHECK(bad == 1);
    CHECK(personsig_signer_sign_many(signer, LIST, LENS_EMPTY, 2, 0, &bad, out, sizeof out, &len) ==
          PERSONSIG_EMPTY_USER_ID);
    CHECK(bad == 1);
    CHECK(personsig_signer_sign_many(signer, LIST, LENS_EMPTY, 2, 0, NULL, out, sizeof out, &len) ==
          PERSONSIG_EMPTY_USER_ID);
    CHECK(len == 7 && out[0] == 0);
    CHECK(personsig_signer_sign_many(signer, NULL, NULL, 0, 0, &bad, NULL, 0, &len) == PERSONSIG_OK);
    CHECK(len == 0);
}

/* NULL with 0 is an option that is not given; the empty string is given, and wrong. */
static void in_snippet(const personsig_signer *signer)
{
    char out[512] = {0};
    size_t len = 7;
    const personsig_snippet_options none = PERSONSIG_SNIPPET_OPTIONS_INIT;
    struct {
        const char **string;
        size_t *len;
    } strings[3];
    personsig_snippet_options options = none;
    strings[0].string = &options.traits, strings[0].len = &options.traits_len;
    strings[1].string = &options.site_token, strings[1].len = &options.site_token_len;
    strings[2].string = &options.nonce, strings[2].len = &options.nonce_len;
    REFUSED(personsig_signer_snippet(NULL, TEXT("1"), NULL, out, sizeof out, &len));
    REFUSED(personsig_signer_snippet(signer, NULL, 1, NULL, out, sizeof out, &len));
    REFUSED(personsig_signer_snippet(signer, "1", SIZE_MAX, NULL, out, sizeof out, &len));
    REFUSED(personsig_signer_snippet(signer, TEXT("1"), NULL, NULL, 1, &len));
    REFUSED(personsig_signer_snippet(signer, TEXT("1"), NULL, out, sizeof out, NULL));
    for (size_t i = 0; i < 3; i++) {
        *strings[i].len = 1;
        REFUSED(personsig_signer_snippet(signer, TEXT("1"), &options, out, sizeof out, &len));
        *strings[i].string = "";
        *strings[i].len = SIZE_MAX;
        REFUSED(personsig_signer_snippet(signer, TEXT("1"), &options, out, sizeof out, &len));
        *strings[i].len = 0;
        CHECK(personsig_signer_snippet(signer, TEXT("1"), &options, out, sizeof out, &len) == PERSONSIG_INVALID_OPTION);
        *strings[i].string = "\xff";
        *strings[i].len = 1;
        CHECK(personsig_signer_snippet(signer, TEXT("1"), &options, out, sizeof out, &len) == PERSONSIG_INVALID_OPTION);
        options = none;
    }
    CHECK(personsig_signer_snippet(signer, TEXT(""), NULL, out, sizeof out, &len) == PERSONSIG_EMPTY_USER_ID);
    CHECK(len == 7 && out[0] == 0);
    CHECK(personsig_signer_snippet(signer, NULL, 0, NULL, NULL, 0, &len) == PERSONSIG_OK);
    CHECK(len == 0);
    CHECK(personsig_signer_snippet(signer, TEXT("1"), &options, out, sizeof out, &len) == PERSONSIG_OK);
    CHECK(len > 100 && memcmp(out, TEXT("<script>")) == 0);
}

static void in_identity(const personsig_signer *signer)
{
    char out[128] = {0};
    size_t len = 7;
    REFUSED(personsig_signer_identity(NULL, TEXT("1"), 0, out, sizeof out, &len));
    REFUSED(personsig_signer_identity(signer, NULL, 1, 0, out, sizeof out, &len));
    REFUSED(personsig_signer_identity(signer, TEXT("1"), 0, NULL, 1, &len));
    REFUSED(personsig_signer_identity(signer, TEXT("1"), 0, out, sizeof out, NULL));
    CHECK(personsig_signer_identity(signer, NULL, 0, 0, out, sizeof out, &len) == PERSONSIG_EMPTY_USER_ID);
    CHECK(len == 7 && out[0] == 0);
}

static void in_hmac(void)
{
    uint8_t out[PERSONSIG_HMAC_SHA256_SIZE] = {0}, byte = 1;
    REFUSED(personsig_hmac_sha256(NULL, 1, &byte, 1, out));
    REFUSED(personsig_hmac_sha256(&byte, SIZE_MAX, &byte, 1, out));
    REFUSED(personsig_hmac_sha256(&byte, 1, NULL, 1, out));
    REFUSED(personsig_hmac_sha256(&byte, 1, &byte, SIZE_MAX, out));
    REFUSED(personsig_hmac_sha256(&byte, 1, &byte, 1, NULL));
    CHECK(out[0] == 0);
    CHECK(personsig_hmac_sha256(NULL, 0, NULL, 0, out) == PERSONSIG_OK && out[0] == 0xb6);
}

int main(void)
{
    personsig_signer *signer = new_signer("gosquared");
    in_new();
    in_from_env();
    in_sign(signer);
    in_verify(signer);
    in_explain(signer);
    in_sign_many(signer);
    in_snippet(signer);
    in_identity(signer);
    in_hmac();
    CHECK(personsig_signer_provider(NULL) == NULL);
    personsig_signer_free(signer);
    personsig_signer_free(NULL);
    return 0;
}
