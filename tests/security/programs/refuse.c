/* LD_PRELOAD: an allocator that refuses one library's allocations, and nobody else's.
 *
 * PERSONSIG_REFUSE names a file of `struct control`, which the program under test reads and writes;
 * PERSONSIG_REFUSE_OBJECT is a part of the library's file name, or empty for the program itself. An allocation is the
 * library's where the code that asks for it lies in that object. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct control {
    int32_t at;       /* the first allocation to refuse, counting from 1; 0 refuses none */
    int32_t for_good; /* whether all that follow are refused too */
    int32_t least;    /* smaller allocations, in bytes, are neither counted nor refused */
    int32_t seen;     /* how many were counted */
    int32_t refused;
};

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t align, size_t size);

static volatile struct control *control;
static const char *object;
static uintptr_t start, end;

__attribute__((constructor)) static void attach(void)
{
    const char *path = getenv("PERSONSIG_REFUSE");
    object = getenv("PERSONSIG_REFUSE_OBJECT");
    int file = path == NULL || object == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
    if (file < 0)
        _exit(90);
    void *shared = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (shared == MAP_FAILED)
        _exit(91);
    close(file);
    control = shared;
}

static int look(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size, (void)data;
    if (*object == '\0' ? *info->dlpi_name != '\0' : strstr(info->dlpi_name, object) == NULL)
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type == PT_LOAD && (segment->p_flags & PF_X) != 0) {
            start = info->dlpi_addr + segment->p_vaddr;
            end = start + segment->p_memsz;
            return 1;
        }
    }
    return 0;
}

static int is_refused(size_t size, void *caller)
{
    if (control == NULL || control->at == 0 || size < (size_t)control->least)
        return 0;
    if (end == 0)
        dl_iterate_phdr(look, NULL);
    if ((uintptr_t)caller - start >= end - start)
        return 0;
    int32_t number = ++control->seen;
    int is = number == control->at || (number > control->at && control->for_good);
    control->refused += is;
    return is;
}

/* PHP loads its extensions so that they find libc's own functions before these. */
void *dlopen(const char *path, int flags)
{
    void *(*next)(const char *, int) = (void *(*)(const char *, int))(uintptr_t)dlsym(RTLD_NEXT, "dlopen");
    return next(path, flags & ~RTLD_DEEPBIND);
}

#define REFUSED(size) is_refused(size, __builtin_return_address(0))

void *malloc(size_t size)
{
    return REFUSED(size) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return REFUSED(count * size) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    return REFUSED(size) ? NULL : __libc_realloc(block, size);
}

void *aligned_alloc(size_t align, size_t size)
{
    return REFUSED(size) ? NULL : __libc_memalign(align, size);
}

int posix_memalign(void **out, size_t align, size_t size)
{
    return REFUSED(size) || (*out = __libc_memalign(align, size)) == NULL ? ENOMEM : 0;
}
