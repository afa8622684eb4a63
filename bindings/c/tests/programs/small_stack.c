/* Every function in a thread with a stack of so many KiB. */
#include "check.h"

#include <limits.h>
#include <pthread.h>

/* Traits of so many lists inside each other, and what a page with them gives. */
static personsig_status nested(const personsig_signer *signer, size_t levels)
{
    static char traits[4096], out[1 << 16];
    size_t len = 0;
    personsig_snippet_options page = PERSONSIG_SNIPPET_OPTIONS_INIT;
    memcpy(traits, "{\"a\":", 5);
    memset(traits + 5, '[', levels);
    memset(traits + 5 + levels, ']', levels);
    traits[5 + 2 * levels] = '}';
    page.traits = traits;
    page.traits_len = 6 + 2 * levels;
    return personsig_signer_snippet(signer, TEXT("123456"), &page, out, sizeof out, &len);
}

static void *work(void *unused)
{
    static char out[1 << 16];
    const char *ids[] = {"123456", "ada@example.com"};
    const size_t lens[] = {6, 15};
    size_t len = 0;
    personsig_signer *signer = new_signer("chameleon");
    personsig_explain_options mistakes = PERSONSIG_EXPLAIN_OPTIONS_INIT;
    personsig_snippet_options page = PERSONSIG_SNIPPET_OPTIONS_INIT;
    (void)unused;
    page.traits = "{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1.5]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}";
    page.traits_len = strlen(page.traits);
    mistakes.also = ids;
    mistakes.also_lens = lens;
    mistakes.also_count = 2;
    mistakes.now = THEN;
    CHECK(personsig_signer_sign(signer, TEXT("123456"), THEN, out, sizeof out, &len) == PERSONSIG_OK);
    CHECK(personsig_signer_sign_many(signer, ids, lens, 2, THEN, NULL, out, sizeof out, &len) == PERSONSIG_OK);
    CHECK(personsig_signer_verify(signer, TEXT("123456"), TEXT(TIMESTAMPED), NULL, NULL, NULL) == PERSONSIG_EXPIRED);
    CHECK(personsig_signer_snippet(signer, TEXT("123456"), &page, out, sizeof out, &len) == PERSONSIG_OK);
    CHECK(nested(signer, 31) == PERSONSIG_OK);
    CHECK(nested(signer, 32) == PERSONSIG_INVALID_OPTION);
    CHECK(nested(signer, 126) == PERSONSIG_INVALID_OPTION);
    CHECK(nested(signer, 2000) == PERSONSIG_INVALID_OPTION);
    CHECK(personsig_signer_identity(signer, TEXT("123456"), THEN, out, sizeof out, &len) == PERSONSIG_OK);
    CHECK(personsig_signer_explain(signer, TEXT("123456"), TEXT(PLAIN), &mistakes, NULL, out, sizeof out, &len) ==
          PERSONSIG_OK);
    personsig_signer_free(signer);
    return NULL;
}

int main(int count, char **arguments)
{
    pthread_attr_t attributes;
    pthread_t thread;
    CHECK(count == 2);
    CHECK(pthread_attr_init(&attributes) == 0);
    CHECK(pthread_attr_setstacksize(&attributes, (size_t)atoi(arguments[1]) * 1024) == 0);
    CHECK(pthread_create(&thread, &attributes, work, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(pthread_attr_destroy(&attributes) == 0);
    return 0;
}
