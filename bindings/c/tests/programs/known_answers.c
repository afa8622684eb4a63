/* Every function once, with answers that are known. C99, C17 and C++17 alike. */
#include "check.h"

static void hmac(void)
{
    static const uint8_t expected[] = {0xaa, 0x74, 0x7c, 0x50, 0x2a, 0x89, 0x82, 0x00, 0xf9, 0xe4, 0xfa,
                                       0x21, 0xba, 0xc6, 0x81, 0x36, 0xf8, 0x86, 0xa0, 0xe2, 0x7a, 0xec,
                                       0x70, 0xba, 0x06, 0xda, 0xf2, 0xe2, 0xa5, 0xcb, 0x55, 0x97};
    uint8_t out[PERSONSIG_HMAC_SHA256_SIZE];
    CHECK(personsig_hmac_sha256((const uint8_t *)"secret", 6, (const uint8_t *)"Message", 7, out) == PERSONSIG_OK);
    CHECK(memcmp(out, expected, sizeof expected) == 0);
}

static void sign_and_verify(const char *provider, const char *expected, int64_t expected_time)
{
    personsig_signer *signer = new_signer(provider);
    char out[PERSONSIG_SIGNATURE_MAX];
    size_t len = 0, secret_index = 7;
    int64_t signed_at = 7;
    CHECK(strcmp(personsig_signer_provider(signer), provider) == 0);
    CHECK(personsig_signer_sign(signer, TEXT("123456"), THEN, out, sizeof out, &len) == PERSONSIG_OK);
    CHECK(len == strlen(expected) && memcmp(out, expected, len) == 0);
    const personsig_verify_options options = at(THEN);
    CHECK(personsig_signer_verify(signer, TEXT("123456"), out, len, &options, &secret_index, &signed_at) ==
          PERSONSIG_OK);
    CHECK(secret_index == 0 && signed_at == expected_time);
    CHECK(personsig_signer_verify(signer, TEXT("12345"), out, len, &options, NULL, NULL) ==
          PERSONSIG_SIGNATURE_MISMATCH);
    personsig_signer_free(signer);
}

static void the_systems_clock(void)
{
    personsig_signer *signer = new_signer("chameleon");
    char out[PERSONSIG_SIGNATURE_MAX];
    size_t len = 0;
    int64_t signed_at = 0;
    CHECK(personsig_signer_sign(signer, TEXT("1"), PERSONSIG_DEFAULT, out, sizeof out, &len) == PERSONSIG_OK);
    personsig_verify_options options = PERSONSIG_VERIFY_OPTIONS_INIT;
    options.max_age = options.clock_skew = 5;
    CHECK(personsig_signer_verify(signer, TEXT("1"), out, len, &options, NULL, &signed_at) == PERSONSIG_OK);
    CHECK(signed_at > THEN);
    CHECK(personsig_signer_verify(signer, TEXT("1"), out, len, NULL, NULL, NULL) == PERSONSIG_OK);
    personsig_signer_free(signer);
}

static void rotation(void)
{
    const char *const fallbacks[] = {"oldest", SECRET, "old\n"};
    const size_t lens[] = {6, sizeof SECRET - 1, 4};
    personsig_signer *signer = NULL;
    size_t bad_index = 7, secret_index = 7;
    CHECK(personsig_signer_new(TEXT("gosquared"), TEXT("new"), fallbacks, lens, 2, &bad_index, &signer) ==
          PERSONSIG_OK);
    CHECK(bad_index == PERSONSIG_NO_INDEX);
    CHECK(personsig_signer_verify(signer, TEXT("123456"), TEXT(PLAIN), NULL, &secret_index, NULL) == PERSONSIG_OK);
    CHECK(secret_index == 2);
    personsig_signer_free(signer);
    signer = NULL;
    CHECK(personsig_signer_new(TEXT("gosquared"), TEXT("new"), fallbacks, lens, 3, &bad_index, &signer) ==
          PERSONSIG_PADDED_SECRET);
    CHECK(bad_index == 2 && signer == NULL);
    CHECK(personsig_signer_new(TEXT("gosquared"), TEXT(""), fallbacks, lens, 3, &bad_index, &signer) ==
          PERSONSIG_MISSING_SECRET);
    CHECK(bad_index == PERSONSIG_NO_INDEX && signer == NULL);
}

static void snippet_and_explain(void)
{
    static char out[1 << 16];
    personsig_signer *signer = new_signer("gosquared");
    personsig_snippet_options page = PERSONSIG_SNIPPET_OPTIONS_INIT;
    personsig_explain_options mistakes = PERSONSIG_EXPLAIN_OPTIONS_INIT;
    const char *const also[] = {"ann@example.com"};
    const size_t lens[] = {sizeof "ann@example.com" - 1};
    const char *html = "<script nonce=\"N\">\n_gs(\"identify\",{\"id\":\"123456\",\"plan\":1.5});\n"
                       "_gs(\"auth\",\"" PLAIN "\");\n</script>";
    size_t len = 0;
    page.traits = "{\"plan\":1.50}";
    page.traits_len = strlen(page.traits);
    page.nonce = "N";
    page.nonce_len = 1;
    CHECK(personsig_signer_snippet(signer, TEXT("123456"), &page, out, sizeof out, &len) == PERSONSIG_OK);
    CHECK(len == strlen(html) && memcmp(out, html, len) == 0);
    mistakes.also = also;
    mistakes.also_lens = lens;
    mistakes.also_count = 1;
    CHECK(personsig_signer_explain(signer, TEXT("ann@example.com"), TEXT(PLAIN), &mistakes, NULL, out, sizeof out - 1,
                                   &len) == PERSONSIG_OK);
    out[len] = 0;
    CHECK(strstr(out, "no-known-mistake") != NULL);
    personsig_signer_free(signer);
}

static void provider_table(void)
{
    CHECK(personsig_provider_count() >= 2);
    CHECK(strcmp(personsig_provider_name(0), "gosquared") == 0);
    CHECK(strcmp(personsig_provider_title(0), "GoSquared") == 0);
    CHECK(strcmp(personsig_provider_scheme(1), "timestamped") == 0);
    CHECK(strcmp(personsig_provider_secret_variable(1), "CHAMELEON_VERIFICATION_SECRET") == 0);
    CHECK(strncmp(personsig_provider_documentation(1), "https://", 8) == 0);
    CHECK(personsig_provider_name(personsig_provider_count()) == NULL);
}

int main(void)
{
    char numbers[32];
    snprintf(numbers, sizeof numbers, "%d.%d.%d", PERSONSIG_VERSION_MAJOR, PERSONSIG_VERSION_MINOR,
             PERSONSIG_VERSION_PATCH);
    CHECK(strcmp(personsig_version(), PERSONSIG_VERSION) == 0 && strcmp(numbers, PERSONSIG_VERSION) == 0);
    CHECK(strcmp(personsig_status_name(PERSONSIG_PADDED_SECRET), "padded-secret") == 0);
    CHECK(strlen(personsig_status_message(PERSONSIG_PADDED_SECRET)) > 20);
    hmac();
    provider_table();
    sign_and_verify("gosquared", PLAIN, PERSONSIG_DEFAULT);
    sign_and_verify("chameleon", TIMESTAMPED, THEN);
    the_systems_clock();
    rotation();
    snippet_and_explain();
    personsig_signer_free(NULL);
    return 0;
}
