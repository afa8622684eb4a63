/* Signs 10,000 random ids with both providers, for another program to check: a line each of hex id, provider,
 * signature. */
#include "check.h"

static uint64_t state;

static uint64_t below(uint64_t limit) /* xorshift64* */
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (state * 2685821657736338717ULL >> 11) % limit;
}

/* One character of Unicode that is no surrogate, no control, and no `<`, of which placeholders are made. */
static size_t character(char *out)
{
    static const uint64_t ends[] = {0x80, 0x800, 0x10000, 0x110000};
    uint64_t c, end = ends[below(4)];
    do
        c = below(end);
    while (c < 0x20 || c == 0x7f || c == '<' || (c >= 0xd800 && c <= 0xdfff));
    if (c < 0x80)
        return out[0] = (char)c, 1;
    size_t len = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)((0xf00 >> len & 0xff) | c);
    return len;
}

int main(int count, char **arguments)
{
    CHECK(count == 2);
    state = strtoull(arguments[1], NULL, 10) | 1ULL << 63;
    const char *const providers[] = {"gosquared", "chameleon"};
    personsig_signer *signers[] = {new_signer(providers[0]), new_signer(providers[1])};
    for (int i = 0; i < 10000; i++) {
        char id[304], out[PERSONSIG_SIGNATURE_MAX];
        size_t target = 1 + below(300), id_len = 0, len = 0;
        while (id_len < target)
            id_len += character(id + id_len);
        for (size_t p = 0; p < 2; p++) {
            CHECK(personsig_signer_sign(signers[p], id, id_len, THEN, out, sizeof out, &len) == PERSONSIG_OK);
            for (size_t b = 0; b < id_len; b++)
                printf("%02x", (unsigned char)id[b]);
            printf(" %s %.*s\n", providers[p], (int)len, out);
        }
    }
    personsig_signer_free(signers[0]);
    personsig_signer_free(signers[1]);
    return 0;
}
