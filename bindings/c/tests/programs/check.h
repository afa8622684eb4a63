/* What every program here needs: a check that says where it failed, and a signer. */
#ifndef CHECK_H
#define CHECK_H

#include <personsig.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                    \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (0)

#define TEXT(literal) PERSONSIG_LITERAL(literal)

#define SECRET "personsig-test-secret"
#define PLAIN "0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64"
#define TIMESTAMPED "05e19f815e0f91571951e927b3be86ff14c677828d8b61c9aab4bd8ec46d4537-1596165824"
#define THEN 1596165824

static inline personsig_signer *new_signer(const char *provider)
{
    personsig_signer *signer = NULL;
    CHECK(personsig_signer_new(provider, strlen(provider), TEXT(SECRET), NULL, NULL, 0, NULL, &signer) == PERSONSIG_OK);
    CHECK(signer != NULL);
    return signer;
}

/* Limits for verify, at a known time. */
static inline personsig_verify_options at(int64_t now)
{
    personsig_verify_options options = PERSONSIG_VERIFY_OPTIONS_INIT;
    options.now = now;
    return options;
}

#endif
