/* Opens a libclang as bindgen does and parses a file with it: opens_libclang LIBRARY FILE [CLANG'S OPTIONS ...]
 *
 * A libclang without clang's own headers opens, and then finds no stdarg.h. Its functions are declared here, since its
 * headers are a package of their own. */
#include <dlfcn.h>
#include <stddef.h>

#define ERROR 3

int main(int count, char **arguments)
{
    void *library = count < 3 ? NULL : dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return 2;
    void *(*index)(int, int);
    void *(*parse)(void *, const char *, const char *const *, int, void *, unsigned, unsigned);
    unsigned (*problems)(void *), (*severity)(void *);
    void *(*problem)(void *, unsigned);
    *(void **)&index = dlsym(library, "clang_createIndex");
    *(void **)&parse = dlsym(library, "clang_parseTranslationUnit");
    *(void **)&problems = dlsym(library, "clang_getNumDiagnostics");
    *(void **)&problem = dlsym(library, "clang_getDiagnostic");
    *(void **)&severity = dlsym(library, "clang_getDiagnosticSeverity");
    if (!index || !parse || !problems || !problem || !severity)
        return 2;
    void *parsed = parse(index(0, 0), arguments[2], (const char *const *)arguments + 3, count - 3, NULL, 0, 0);
    if (!parsed)
        return 1;
    for (unsigned at = 0; at < problems(parsed); at++)
        if (severity(problem(parsed, at)) >= ERROR)
            return 1;
    return 0;
}
