/* Wherever memory runs out, a function says so and leaves nothing behind: once, or from then on. */
#include "heap.h"

static char secret[100000], long_text[4096], traits[20000], out[1 << 20];
static const personsig_signer *signers[2];

static personsig_status new(size_t *len)
{
    const char *const fallbacks[] = {"old", "older"};
    const size_t lens[] = {3, 5};
    personsig_signer *signer = NULL;
    personsig_status status =
        personsig_signer_new(TEXT("gosquared"), secret, sizeof secret, fallbacks, lens, 2, NULL, &signer);
    CHECK((status == PERSONSIG_OK) == (signer != NULL));
    personsig_signer_free(signer);
    return *len = 0, status;
}

static personsig_status from_env(size_t *len)
{
    personsig_signer *signer = NULL;
    personsig_status status = personsig_signer_from_env(TEXT("chameleon"), TEXT("PERSONSIG_TEST_SECRET"), &signer);
    CHECK((status == PERSONSIG_OK) == (signer != NULL));
    personsig_signer_free(signer);
    return *len = 0, status;
}

static personsig_status sign(size_t *len)
{
    return personsig_signer_sign(signers[0], long_text, sizeof long_text, THEN, out, sizeof out, len);
}

static personsig_status sign_many(size_t *len)
{
    const char *ids[1000];
    size_t lens[1000];
    for (size_t i = 0; i < 1000; i++)
        ids[i] = long_text, lens[i] = 1 + i;
    return personsig_signer_sign_many(signers[1], ids, lens, 1000, THEN, NULL, out, sizeof out, len);
}

static personsig_status verify(size_t *len)
{
    const personsig_verify_options options = at(THEN);
    *len = 0;
    return personsig_signer_verify(signers[1], TEXT("123456"), TEXT(TIMESTAMPED), &options, NULL, NULL);
}

/* What makes explain try the most: its limits are 16 other identifiers and 1024 bytes each. */
static size_t id_len, also_len;
static const char *shown;
static size_t which;

static personsig_status explain(size_t *len)
{
    const char *also[16];
    size_t lens[16];
    for (size_t i = 0; i < 16; i++)
        also[i] = long_text + 100 * i, lens[i] = also_len;
    const personsig_explain_options options = {sizeof options, also, lens, 16, THEN};
    return personsig_signer_explain(signers[which], long_text + 7, id_len, shown, strlen(shown), &options, NULL, out,
                                    sizeof out, len);
}

static personsig_status snippet(size_t *len)
{
    const personsig_snippet_options options = {sizeof options, traits, strlen(traits), NULL, 0, TEXT("N"), THEN};
    return personsig_signer_snippet(signers[which], long_text, sizeof long_text, &options, out, sizeof out, len);
}

static personsig_status identity(size_t *len)
{
    return personsig_signer_identity(signers[1], long_text, sizeof long_text, THEN, out, sizeof out, len);
}

static personsig_status short_identity(size_t *len)
{
    return personsig_signer_identity(signers[1], TEXT("7"), THEN, out, sizeof out, len);
}

static personsig_status hmac(size_t *len)
{
    *len = PERSONSIG_HMAC_SHA256_SIZE;
    return personsig_hmac_sha256((uint8_t *)secret, sizeof secret, (uint8_t *)secret, sizeof secret, (uint8_t *)out);
}

/* Calls with an allocation refused, and with all from there on: each of the first eight, and as many `more` between
 * them and the last. Returns how many allocations the call makes. */
static size_t refuse(personsig_status call(size_t *len), size_t more)
{
    size_t expected_len = 0, start = allocated;
    CHECK(call(&expected_len) == PERSONSIG_OK);
    const size_t allocations = allocated - start;
    char *expected = malloc(expected_len + 1);
    memcpy(expected, out, expected_len);
    for (int for_good = 0; for_good < 2; for_good++)
        for (size_t failure = 0; failure < allocations; failure += failure < 8 ? 1 : 1 + allocations / (1 + more)) {
            size_t len = 7, refused_before = refused, balance = allocated - freed;
            fails_at = allocated + failure;
            fails_until = for_good ? SIZE_MAX : fails_at;
            CHECK(call(&len) == PERSONSIG_OUT_OF_MEMORY);
            fails_at = SIZE_MAX;
            CHECK(refused > refused_before && allocated - freed == balance + (refused - refused_before));
            CHECK(len == 7 || call == new || call == from_env || call == verify);
        }
    size_t len = 7;
    CHECK(call(&len) == PERSONSIG_OK && len == expected_len && memcmp(out, expected, len) == 0);
    free(expected);
    return allocations;
}

/* A list or object of many small values, as long as there is room. */
static void many(const char *open, const char *value, const char *close)
{
    char *at = traits + sprintf(traits, "{\"a\":%s", open);
    while (at < traits + sizeof traits - 100)
        at += sprintf(at, "%s,", value);
    sprintf(at, "0%s}", close);
}

static void nested(const char *open, const char *value, const char *close)
{
    char *at = traits + sprintf(traits, "{\"a\":");
    for (int i = 0; i < 31; i++)
        at += sprintf(at, "%s", open);
    *at++ = '"';
    while (at < traits + sizeof traits - 300)
        at += sprintf(at, "%s", value);
    *at++ = '"';
    for (int i = 0; i < 31; i++)
        at += sprintf(at, "%s", close);
    sprintf(at, "}");
}

int main(void)
{
    memset(secret, 's', sizeof secret);
    memset(long_text, '\'', sizeof long_text);
    for (size_t i = 0; i < 16; i++)
        memset(long_text + 100 * i, (char)('a' + i), 50);
    setenv("PERSONSIG_TEST_SECRET", SECRET, 1);
    setenv("PERSONSIG_TEST_SECRET_PREVIOUS", "older", 1);
    const char *const fallbacks[] = {SECRET, "fallback$two"};
    const size_t lens[] = {sizeof SECRET - 1, 12};
    for (size_t i = 0; i < 2; i++) {
        personsig_signer *signer = NULL;
        CHECK(personsig_signer_new(personsig_provider_name(i), strlen(personsig_provider_name(i)), TEXT("sec#ret $$=x"),
                                   fallbacks, lens, 2, NULL, &signer) == PERSONSIG_OK);
        signers[i] = signer;
    }

    CHECK(refuse(hmac, 99) == 0);
    CHECK(refuse(sign, 99) == 0);
    CHECK(refuse(verify, 99) == 0);
    CHECK(refuse(sign_many, 99) == 1); /* the list */
    CHECK(refuse(new, 99) == 3);       /* the list, the secrets' block, the handle */
    CHECK(refuse(from_env, 99) > 3);
    CHECK(refuse(identity, 99) > 2);
    CHECK(refuse(short_identity, 99) > 2);
    strcpy(traits, "{}");
    CHECK(refuse(snippet, 99) > 1);
    strcpy(traits, "{\"name\":\"\xc3\xa9\\n\",\"seats\":[1,2.5,{\"b\":null}]}");
    CHECK(refuse(snippet, 99) > 10);
    const char *const values[] = {
        "0", "[]", "[0]", "{\"a\":0}", "[[[[1.5]]]]", "\"'\\n\xc3\xa9\"", "{\"a\":{\"b\":[]}}"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        many("[", values[i], "]");
        CHECK(refuse(snippet, 5) > 10);
    }
    nested("{\"a\":", "'", "}");
    CHECK(refuse(snippet, 20) > 10);
    nested("[", "\\u0001\xf0\x9d\x84\x9e", "]");
    CHECK(refuse(snippet, 20) > 10);

    const size_t id_lens[] = {40, 900}, also_lens[] = {40, 1024};
    char decimals[1024] = "", spaced[1024] = "";
    for (int i = 0; i < 32; i++) {
        sprintf(decimals + strlen(decimals), "%d,", 7 * i + 3);
        sprintf(spaced + strlen(spaced), "%x ", 7 * i + 3);
    }
    const char *const texts[] = {
        PLAIN,
        TIMESTAMPED,
        "",
        "x",
        decimals,
        spaced,
        "{\"a\"",
        "&#38;%41&#38;%41&#38;%41&#38;%41&#38;%41&#38;%41",
        "k+XTk+XTk+XTk+XTk+XTk+XTk+XTk+XTk+XTk+XTk+XT,k+XTk+XTk+XTk+XTk+XTk+XTk+XTk+XTk+XTk+XTk+XT"};
    for (which = 0; which < 2; which++)
        for (size_t size = 0; size < 2; size++)
            for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
                id_len = id_lens[size];
                also_len = also_lens[size];
                shown = texts[i];
                CHECK(refuse(explain, 2) > 2);
            }
    for (size_t i = 0; i < 2; i++)
        personsig_signer_free((personsig_signer *)signers[i]);
    return 0;
}
