/* Text that ends where the memory ends: nothing is read or written beyond. */
#define _DEFAULT_SOURCE
#include "check.h"

#include <sys/mman.h>
#include <unistd.h>

/* Moves text to the end of a page that no other follows. */
static char *at_page_end(const char *text, size_t len)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED && mprotect(pages + page, page, PROT_NONE) == 0);
    memcpy(pages + page - len, text, len);
    return pages + page - len;
}

int main(void)
{
    char *provider = at_page_end(TEXT("chameleon")), *secret = at_page_end(TEXT(SECRET));
    char *user_id = at_page_end(TEXT("123456")), *signature = at_page_end(TEXT(TIMESTAMPED));
    char *out = at_page_end(TEXT(TIMESTAMPED));
    const char *const fallbacks[] = {at_page_end(TEXT("old"))};
    const size_t lens[] = {3};
    const personsig_verify_options then = at(THEN);
    const void *options = at_page_end((const char *)&then, sizeof then);
    personsig_signer *signer = NULL;
    size_t len = 0;
    CHECK(personsig_signer_new(provider, 9, secret, sizeof SECRET - 1, fallbacks, lens, 1, NULL, &signer) ==
          PERSONSIG_OK);
    memset(out, 0, sizeof TIMESTAMPED - 1);
    CHECK(personsig_signer_sign(signer, user_id, 6, THEN, out, sizeof TIMESTAMPED - 1, &len) == PERSONSIG_OK);
    CHECK(len == sizeof TIMESTAMPED - 1 && memcmp(out, TIMESTAMPED, len) == 0);
    for (size_t cut = 0; cut < len; cut++) /* every tail, each of which ends at the page's end */
        CHECK(personsig_signer_verify(signer, user_id, 6, signature + cut, len - cut, options, NULL, NULL) ==
              (cut == 0 ? PERSONSIG_OK : PERSONSIG_MALFORMED_SIGNATURE));
    char *cut_utf8 = at_page_end(TEXT("a\xf0\x9f\x98"));
    CHECK(personsig_signer_sign(signer, cut_utf8, 4, THEN, out, 75, &len) == PERSONSIG_INVALID_TEXT);
    personsig_signer_free(signer);
    return 0;
}
