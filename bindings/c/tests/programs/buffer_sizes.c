/* Every size of buffer: too small writes the length alone, large enough writes the text and no byte beyond. */
#include "check.h"

typedef personsig_status writer(const personsig_signer *signer, char *out, size_t cap, size_t *len);

static personsig_status sign(const personsig_signer *signer, char *out, size_t cap, size_t *len)
{
    return personsig_signer_sign(signer, TEXT("123456"), THEN, out, cap, len);
}

static personsig_status sign_many(const personsig_signer *signer, char *out, size_t cap, size_t *len)
{
    static const char *const user_ids[] = {"123456", "123456"};
    static const size_t lens[] = {6, 6};
    return personsig_signer_sign_many(signer, user_ids, lens, 2, THEN, NULL, out, cap, len);
}

static personsig_status identity(const personsig_signer *signer, char *out, size_t cap, size_t *len)
{
    return personsig_signer_identity(signer, TEXT("123456"), THEN, out, cap, len);
}

static personsig_status snippet(const personsig_signer *signer, char *out, size_t cap, size_t *len)
{
    static const personsig_snippet_options options = {
        sizeof options, TEXT("{\"plan\":1.50}"), NULL, 0, TEXT("N"), THEN};
    return personsig_signer_snippet(signer, TEXT("123456"), &options, out, cap, len);
}

static void sized(const char *provider, writer *write, const char *expected)
{
    personsig_signer *signer = new_signer(provider);
    size_t needed = strlen(expected);
    for (size_t cap = 0; cap <= 300; cap++) {
        char out[320];
        size_t len = 7;
        memset(out, '#', sizeof out);
        personsig_status status = write(signer, out, cap, &len);
        CHECK(status == (cap < needed ? PERSONSIG_BUFFER_TOO_SMALL : PERSONSIG_OK));
        CHECK(len == needed);
        size_t written = cap < needed ? 0 : needed;
        CHECK(memcmp(out, expected, written) == 0);
        for (size_t i = written; i < sizeof out; i++)
            CHECK(out[i] == '#');
    }
    size_t len = 7;
    CHECK(write(signer, NULL, 0, &len) == PERSONSIG_BUFFER_TOO_SMALL);
    CHECK(len == needed);
    personsig_signer_free(signer);
}

static void over_the_id(void)
{
    personsig_signer *signer = new_signer("gosquared");
    char both[PERSONSIG_SIGNATURE_MAX] = "123456";
    size_t len = 7;
    CHECK(personsig_signer_sign(signer, both, 6, THEN, both, sizeof both, &len) == PERSONSIG_OK);
    CHECK(len == 64 && memcmp(both, PLAIN, 64) == 0);
    personsig_signer_free(signer);
}

static void unaligned(void)
{
    char memory[64] = {0}, lists[64] = {0}, *at = memory + 1;
    const char *fallback = "old";
    size_t len = 3;
    personsig_signer *signer = NULL;
    memcpy(lists + 1, &fallback, sizeof fallback);
    memcpy(lists + 33, &len, sizeof len);
    CHECK(personsig_signer_new(TEXT("gosquared"), TEXT(SECRET), (const char *const *)(void *)(lists + 1),
                               (const size_t *)(void *)(lists + 33), 1, (size_t *)(void *)at,
                               (personsig_signer **)(void *)(at + 16)) == PERSONSIG_OK);
    memcpy(&signer, at + 16, sizeof signer);
    CHECK(personsig_signer_sign(signer, TEXT("1"), THEN, NULL, 0, (size_t *)(void *)at) == PERSONSIG_BUFFER_TOO_SMALL);
    memcpy(&len, at, sizeof len);
    CHECK(len == 64);
    personsig_signer_free(signer);
}

int main(void)
{
    sized("gosquared", sign, PLAIN);
    sized("chameleon", sign, TIMESTAMPED);
    sized("gosquared", sign_many, PLAIN PLAIN);
    sized("chameleon", sign_many, TIMESTAMPED TIMESTAMPED);
    sized("gosquared", identity, "{\"id\":\"123456\",\"auth\":\"" PLAIN "\"}");
    sized("chameleon", snippet,
          "<script nonce=\"N\">\nchmln.identify(\"123456\",{\"uid_hash\":\"" TIMESTAMPED
          "\",\"plan\":1.5});\n</script>");
    over_the_id();
    unaligned();
    return 0;
}
