/*
 * The script element for a page, and the same as data for an endpoint of one's own. In production the secret comes from
 * the environment: personsig_signer_from_env.
 *
 *     cc snippet.c $(pkg-config --cflags --libs personsig) -o snippet
 */
#include <personsig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(personsig_status status)
{
    if (status == PERSONSIG_OK)
        return;
    fprintf(stderr, "%s: %s\n", personsig_status_name(status), personsig_status_message(status));
    exit(1);
}

int main(void)
{
    const char *traits = "{\"name\": \"O'Brien\", \"seats\": 3}", *nonce = "rAnd0m";
    personsig_snippet_options options = PERSONSIG_SNIPPET_OPTIONS_INIT;
    char text[4096]; /* PERSONSIG_BUFFER_TOO_SMALL says in `length` what it takes */
    size_t length;
    personsig_signer *signer;
    check(personsig_signer_new(PERSONSIG_LITERAL("gosquared"), PERSONSIG_LITERAL("personsig-test-secret"), NULL, NULL,
                               0, NULL, &signer));

    /* The id is the one that your session authenticated, never one that the request says. */
    options.traits = traits;
    options.traits_len = strlen(traits);
    options.nonce = nonce;
    options.nonce_len = strlen(nonce);
    check(personsig_signer_snippet(signer, PERSONSIG_LITERAL("123456"), &options, text, sizeof text, &length));
    printf("%.*s\n", (int)length, text);

    /* A visitor who is not logged in is not signed. */
    check(personsig_signer_snippet(signer, NULL, 0, NULL, text, sizeof text, &length));
    printf("'%.*s'\n", (int)length, text);

    /* For a page that asks your server: answer it with "Cache-Control: private, no-store". */
    check(
        personsig_signer_identity(signer, PERSONSIG_LITERAL("123456"), PERSONSIG_DEFAULT, text, sizeof text, &length));
    printf("%.*s\n", (int)length, text);
    personsig_signer_free(signer);
    return 0;
}
