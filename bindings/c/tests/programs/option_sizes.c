/* A struct of options whose size is not this header's: an older one, a newer one, or one that nobody has set. Each
 * struct ends where the memory ends, so that nothing behind it can be read. */
#define _DEFAULT_SOURCE
#include "check.h"

#include <sys/mman.h>
#include <unistd.h>

/* Copies to the end of a page that no other follows. */
static void *at_page_end(const void *data, size_t len)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED && mprotect(pages + page, page, PROT_NONE) == 0);
    return memcpy(pages + page - len, data, len);
}

/* Options that say `size`, of which `len` bytes can be read; what follows those known here is zero but for `last`. */
typedef personsig_status caller(const personsig_signer *signer, const void *options);

static personsig_status call(caller *with, const personsig_signer *signer, const void *known, size_t known_size,
                             size_t size, size_t len, char last)
{
    static char bytes[2048];
    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, known, known_size);
    memcpy(bytes, &size, sizeof size);
    if (last != 0)
        bytes[len - 1] = last;
    return with(signer, at_page_end(bytes, len));
}

static personsig_status verify(const personsig_signer *signer, const void *options)
{
    return personsig_signer_verify(signer, TEXT("123456"), TEXT(TIMESTAMPED), options, NULL, NULL);
}

static personsig_status explain(const personsig_signer *signer, const void *options)
{
    static char out[1 << 16];
    size_t len;
    return personsig_signer_explain(signer, TEXT("123456"), TEXT(TIMESTAMPED), options, NULL, out, sizeof out, &len);
}

static personsig_status snippet(const personsig_signer *signer, const void *options)
{
    char out[512];
    size_t len;
    return personsig_signer_snippet(signer, TEXT("123456"), options, out, sizeof out, &len);
}

static void sizes(caller *with, const personsig_signer *signer, const void *known, size_t size)
{
    CHECK(call(with, signer, known, size, size, size, 0) == PERSONSIG_OK);
    /* Of a newer header, and what it says more is "not given". */
    CHECK(call(with, signer, known, size, size + 8, size + 8, 0) == PERSONSIG_OK);
    CHECK(call(with, signer, known, size, 1024, 1024, 0) == PERSONSIG_OK);
    /* It is given. */
    CHECK(call(with, signer, known, size, size + 1, size + 1, 1) == PERSONSIG_INVALID_OPTION);
    CHECK(call(with, signer, known, size, 1024, 1024, 1) == PERSONSIG_INVALID_OPTION);
    /* No version has such a size, and no more is read than the size itself. */
    const size_t never[] = {0, 1, sizeof(void *), size - 1, 1025, PTRDIFF_MAX, SIZE_MAX};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        CHECK(call(with, signer, known, size, never[i], sizeof(size_t), 0) == PERSONSIG_INVALID_OPTION);
}

int main(void)
{
    personsig_signer *signer = new_signer("chameleon");
    const personsig_verify_options limits = at(THEN);
    const personsig_explain_options mistakes = PERSONSIG_EXPLAIN_OPTIONS_INIT;
    const personsig_snippet_options page = PERSONSIG_SNIPPET_OPTIONS_INIT;
    CHECK(limits.size == sizeof limits && mistakes.size == sizeof mistakes && page.size == sizeof page);
    sizes(verify, signer, &limits, sizeof limits);
    sizes(explain, signer, &mistakes, sizeof mistakes);
    sizes(snippet, signer, &page, sizeof page);
    personsig_signer_free(signer);
    return 0;
}
