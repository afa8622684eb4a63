/* Loads the library that the argument names, signs, and unloads it, a thousand times. */
#define _GNU_SOURCE
#include "check.h"

#include <dlfcn.h>

#define FUNCTION(name) (*(__typeof__(&(name)) *)found(library, #name, &(void *){NULL}))

static void *found(void *library, const char *name, void **to)
{
    *to = dlsym(library, name);
    CHECK(*to != NULL);
    return to;
}

int main(int count, char **arguments)
{
    CHECK(count == 2);
    for (int i = 0; i < 1000; i++) {
        char out[PERSONSIG_SIGNATURE_MAX];
        size_t len = 0;
        personsig_signer *signer = NULL;
        void *library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
        CHECK(library != NULL);
        CHECK(FUNCTION(personsig_signer_new)(TEXT("gosquared"), TEXT(SECRET), NULL, NULL, 0, NULL, &signer) ==
              PERSONSIG_OK);
        CHECK(FUNCTION(personsig_signer_sign)(signer, TEXT("123456"), PERSONSIG_DEFAULT, out, sizeof out, &len) ==
              PERSONSIG_OK);
        CHECK(len == strlen(PLAIN) && memcmp(out, PLAIN, len) == 0);
        FUNCTION(personsig_signer_free)(signer);
        CHECK(dlclose(library) == 0);
        CHECK(dlopen(arguments[1], RTLD_NOW | RTLD_NOLOAD) == NULL);
    }
    return 0;
}
