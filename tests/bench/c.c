/* C's contenders. README.md beside this file says what is timed, and how. */
#define _POSIX_C_SOURCE 200809L
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>
#include <personsig.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COUNT 1000
#define SECRET "bench-secret-of-thirty-two-bytes"
#define SECRET_LENGTH (sizeof SECRET - 1)

int floor_text(const char *text, size_t length, char *out, size_t cap, size_t *out_length);

/* What the contenders of one scheme and length work on. */
typedef struct {
    const char *scheme, *provider;
    bool timestamped;
    size_t length; /* of a signature */
    size_t id_bytes;
    char id_text[COUNT][40];
    const char *ids[COUNT];
    size_t lengths[COUNT];
    char signatures[COUNT * PERSONSIG_SIGNATURE_MAX];
    personsig_signer *signer;
    EVP_MAC_CTX *keyed;
} world;

/* One pass: COUNT answers in `out`, each at a multiple of `length`. */
typedef void pass(const world *w, char *out);

static void must(bool done, const char *what)
{
    if (!done) {
        fprintf(stderr, "%s\n", what);
        exit(1);
    }
}

/* OpenSSL's two ways to the digest: the usual one, and a context that keeps its key. */

typedef void mac(const world *w, const char *message, size_t length, unsigned char digest[32]);

static void mac_usual(const world *w, const char *message, size_t length, unsigned char digest[32])
{
    (void)w;
    must(HMAC(EVP_sha256(), SECRET, (int)SECRET_LENGTH, (const unsigned char *)message, length, digest, NULL) != NULL,
         "HMAC");
}

static void mac_best(const world *w, const char *message, size_t length, unsigned char digest[32])
{
    size_t made;
    must(EVP_MAC_init(w->keyed, NULL, 0, NULL) && EVP_MAC_update(w->keyed, (const unsigned char *)message, length) &&
             EVP_MAC_final(w->keyed, digest, &made, 32),
         "EVP_MAC");
}

static EVP_MAC_CTX *keyed_new(void)
{
    static EVP_MAC *hmac;
    if (hmac == NULL)
        hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    char sha256[] = "SHA256";
    OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("digest", sha256, 0), OSSL_PARAM_construct_end()};
    EVP_MAC_CTX *keyed = EVP_MAC_CTX_new(hmac);
    must(EVP_MAC_init(keyed, (const unsigned char *)SECRET, SECRET_LENGTH, parameters), "EVP_MAC_init");
    return keyed;
}

/* What programs write round it. */

static inline void by_hand(const world *w, mac *mac, size_t i, long long now, char *out)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[32];
    if (w->timestamped) {
        char message[64];
        int length = snprintf(message, sizeof message, "%.*s-%lld", (int)w->lengths[i], w->ids[i], now);
        mac(w, message, (size_t)length, digest);
        memcpy(out + 64, message + w->lengths[i], w->length - 64);
    } else {
        mac(w, w->ids[i], w->lengths[i], digest);
    }
    for (size_t j = 0; j < 32; j++) {
        out[2 * j] = digits[digest[j] >> 4];
        out[2 * j + 1] = digits[digest[j] & 15];
    }
}

static long long timestamp_of(const world *w, const char *signature)
{
    char digits[16] = "";
    memcpy(digits, signature + 65, w->length - 65);
    return strtoll(digits, NULL, 10);
}

static inline bool accepted_by_hand(const world *w, mac *mac, size_t i)
{
    char expected[PERSONSIG_SIGNATURE_MAX];
    const char *signature = w->signatures + i * w->length;
    long long made = w->timestamped ? timestamp_of(w, signature) : 0;
    by_hand(w, mac, i, made, expected);
    if (CRYPTO_memcmp(expected, signature, w->length) != 0)
        return false;
    long long age = w->timestamped ? (long long)time(NULL) - made : 0;
    return age >= -300 && age <= 86400;
}

/* The contenders. */

static void sign_ours(const world *w, char *out)
{
    size_t length;
    for (size_t i = 0; i < COUNT; i++)
        must(personsig_signer_sign(w->signer, w->ids[i], w->lengths[i], PERSONSIG_DEFAULT, out + i * w->length,
                                   PERSONSIG_SIGNATURE_MAX, &length) == PERSONSIG_OK,
             "personsig_signer_sign");
}

static void sign_usual(const world *w, char *out)
{
    for (size_t i = 0; i < COUNT; i++)
        by_hand(w, mac_usual, i, w->timestamped ? time(NULL) : 0, out + i * w->length);
}

static void sign_best(const world *w, char *out)
{
    for (size_t i = 0; i < COUNT; i++)
        by_hand(w, mac_best, i, w->timestamped ? time(NULL) : 0, out + i * w->length);
}

static void sign_floor(const world *w, char *out)
{
    size_t length;
    for (size_t i = 0; i < COUNT; i++)
        must(floor_text(w->ids[i], w->lengths[i], out + i * w->length, PERSONSIG_SIGNATURE_MAX, &length) == 0,
             "floor_text");
}

static void verify_ours(const world *w, char *out)
{
    size_t secret_index;
    int64_t signed_at;
    for (size_t i = 0; i < COUNT; i++)
        out[i] = personsig_signer_verify(w->signer, w->ids[i], w->lengths[i], w->signatures + i * w->length, w->length,
                                         NULL, &secret_index, &signed_at) == PERSONSIG_OK;
}

static void verify_usual(const world *w, char *out)
{
    for (size_t i = 0; i < COUNT; i++)
        out[i] = accepted_by_hand(w, mac_usual, i);
}

static void verify_best(const world *w, char *out)
{
    for (size_t i = 0; i < COUNT; i++)
        out[i] = accepted_by_hand(w, mac_best, i);
}

static void many_ours(const world *w, char *out)
{
    size_t length, bad_index;
    must(personsig_signer_sign_many(w->signer, w->ids, w->lengths, COUNT, PERSONSIG_DEFAULT, &bad_index, out,
                                    COUNT * PERSONSIG_SIGNATURE_MAX, &length) == PERSONSIG_OK,
         "personsig_signer_sign_many");
}

static void many_usual(const world *w, char *out)
{
    time_t now = time(NULL);
    for (size_t i = 0; i < COUNT; i++)
        by_hand(w, mac_usual, i, now, out + i * w->length);
}

static void many_best(const world *w, char *out)
{
    time_t now = time(NULL);
    for (size_t i = 0; i < COUNT; i++)
        by_hand(w, mac_best, i, now, out + i * w->length);
}

static personsig_signer *signer_new(const char *provider)
{
    personsig_signer *signer;
    size_t bad_index;
    must(personsig_signer_new(provider, strlen(provider), SECRET, SECRET_LENGTH, NULL, NULL, 0, &bad_index, &signer) ==
             PERSONSIG_OK,
         "personsig_signer_new");
    return signer;
}

static void new_ours(const world *w, char *out)
{
    for (size_t i = 0; i < COUNT; i++)
        personsig_signer_free(signer_new(w->provider));
    out[0] = 1;
}

static void new_best(const world *w, char *out)
{
    (void)w;
    for (size_t i = 0; i < COUNT; i++)
        EVP_MAC_CTX_free(keyed_new());
    out[0] = 1;
}

static const struct {
    const char *label, *kind, *name;
    pass *run;
} CONTENDERS[] = {
    {"sign", "ours", "personsig_signer_sign", sign_ours},
    {"sign", "usual", "HMAC()", sign_usual},
    {"sign", "best", "EVP_MAC re-init", sign_best},
    {"sign", "floor", "a call", sign_floor},
    {"verify", "ours", "personsig_signer_verify", verify_ours},
    {"verify", "usual", "HMAC()", verify_usual},
    {"verify", "best", "EVP_MAC re-init", verify_best},
    {"sign_many", "ours", "personsig_signer_sign_many", many_ours},
    {"sign_many", "loop", "a loop of sign", sign_ours},
    {"sign_many", "usual", "HMAC()", many_usual},
    {"sign_many", "best", "EVP_MAC re-init", many_best},
    {"new", "ours", "personsig_signer_new", new_ours},
    {"new", "best", "EVP_MAC_init", new_best},
};
enum { KINDS = sizeof CONTENDERS / sizeof *CONTENDERS, WORLDS = 4 };

static world worlds[WORLDS];

static void make(world *w, bool timestamped, size_t id_bytes)
{
    *w = (world){.scheme = timestamped ? "timestamped" : "plain", .provider = timestamped ? "chameleon" : "gosquared"};
    w->timestamped = timestamped;
    w->length = timestamped ? 75 : 64;
    w->id_bytes = id_bytes;
    w->signer = signer_new(w->provider);
    w->keyed = keyed_new();
    for (int i = 0; i < COUNT; i++) {
        if (id_bytes == 10)
            snprintf(w->id_text[i], sizeof w->id_text[i], "%d", 1000000000 + 7919 * i);
        else
            snprintf(w->id_text[i], sizeof w->id_text[i], "7b9f2c1e-5d3a-4e68-9f10-%012d", 7919 * i);
        w->ids[i] = w->id_text[i];
        w->lengths[i] = strlen(w->id_text[i]);
    }
    sign_ours(w, w->signatures);
}

/* Every answer, for every id, against ours. What makes the keys was used for `sign`, so its answers are known to be
 * right. */
static void check(const world *w, size_t contender)
{
    static char out[COUNT * PERSONSIG_SIGNATURE_MAX];
    const char *label = CONTENDERS[contender].label;
    CONTENDERS[contender].run(w, out);
    for (size_t i = 0; i < COUNT && strcmp(label, "new") != 0; i++) {
        const char *answer = out + i * w->length;
        char ours[PERSONSIG_SIGNATURE_MAX];
        size_t length;
        if (strcmp(label, "verify") == 0) {
            must(out[i] == 1, CONTENDERS[contender].name);
        } else if (strcmp(CONTENDERS[contender].kind, "floor") == 0) {
            must(answer[0] == w->ids[i][w->lengths[i] - 1] && answer[63] == answer[0], CONTENDERS[contender].name);
        } else {
            int64_t now = w->timestamped ? timestamp_of(w, answer) : PERSONSIG_DEFAULT;
            must(personsig_signer_sign(w->signer, w->ids[i], w->lengths[i], now, ours, sizeof ours, &length) ==
                         PERSONSIG_OK &&
                     length == w->length && memcmp(ours, answer, length) == 0,
                 CONTENDERS[contender].name);
        }
    }
}

static double elapsed(const world *w, pass *run, long passes)
{
    static char out[COUNT * PERSONSIG_SIGNATURE_MAX];
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (long i = 0; i < passes; i++)
        run(w, out);
    clock_gettime(CLOCK_MONOTONIC, &end);
    return (double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec);
}

int main(int argc, char **argv)
{
    must(argc >= 3, "usage: c ROUNDS BATCH_NS");
    long rounds = strtol(argv[1], NULL, 10), passes[WORLDS * KINDS];
    double batch = strtod(argv[2], NULL), *ns = calloc((size_t)rounds * WORLDS * KINDS, sizeof *ns);
    must(ns != NULL, "calloc");
    for (size_t i = 0; i < WORLDS; i++) {
        make(&worlds[i], i >= 2, i % 2 ? 36 : 10);
        for (size_t j = 0; j < KINDS; j++) {
            check(&worlds[i], j);
            double least = 1e18, spent = 0;
            while (spent < 5 * batch) {
                double took = elapsed(&worlds[i], CONTENDERS[j].run, 1);
                spent += took;
                least = took < least ? took : least;
            }
            passes[i * KINDS + j] = batch > least ? (long)(batch / least + 0.5) : 1;
        }
    }
    for (long round = 0; round < rounds; round++) {
        for (size_t turn = 0; turn < WORLDS * KINDS; turn++) {
            size_t i = (turn + (size_t)round) % (WORLDS * KINDS);
            double took = elapsed(&worlds[i / KINDS], CONTENDERS[i % KINDS].run, passes[i]);
            ns[i * (size_t)rounds + (size_t)round] = took / (double)passes[i] / COUNT;
        }
    }
    printf("{\"surface\":\"c\",\"runtime\":\"%s\",\"version\":\"%s\"}\n", OpenSSL_version(OPENSSL_VERSION),
           personsig_version());
    for (size_t i = 0; i < WORLDS * KINDS; i++) {
        const world *w = &worlds[i / KINDS];
        printf("{\"case\":\"%s\",\"scheme\":\"%s\",\"id_bytes\":%zu,\"kind\":\"%s\",\"name\":\"%s\",\"ns\":[",
               CONTENDERS[i % KINDS].label, w->scheme, w->id_bytes, CONTENDERS[i % KINDS].kind,
               CONTENDERS[i % KINDS].name);
        for (long round = 0; round < rounds; round++)
            printf("%s%.3f", round == 0 ? "" : ",", ns[i * (size_t)rounds + (size_t)round]);
        printf("]}\n");
    }
    return 0;
}
