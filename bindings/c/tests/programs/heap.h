/* This program's own malloc and free, which the library gets too: they count, can fail, and look at what is freed. */
#ifndef HEAP_H
#define HEAP_H

#define _GNU_SOURCE
#include "check.h"

#include <errno.h>
#include <malloc.h>

void *__libc_malloc(size_t size);
void *__libc_memalign(size_t align, size_t size);
void __libc_free(void *block);

static size_t allocated, freed, refused; /* calls so far */
static size_t fails_at = SIZE_MAX;       /* the first allocation that gets nothing */
static size_t fails_until;               /* and the last, where that is later */
static const char *wanted;               /* what to look for in freed blocks */
static const void *wanted_state;         /* and these 32 bytes */
static size_t found;                     /* how many had it */

static int is_refused(void)
{
    size_t number = allocated++;
    int is = number == fails_at || (number > fails_at && number <= fails_until);
    refused += (size_t)is;
    return is;
}

void *malloc(size_t size)
{
    return is_refused() ? NULL : __libc_malloc(size);
}

void *memalign(size_t align, size_t size)
{
    return is_refused() ? NULL : __libc_memalign(align, size);
}

int posix_memalign(void **out, size_t align, size_t size)
{
    return (*out = memalign(align, size)) == NULL ? ENOMEM : 0;
}

void *aligned_alloc(size_t align, size_t size)
{
    return memalign(align, size);
}

void free(void *block)
{
    if (block == NULL)
        return;
    freed++;
    size_t size = malloc_usable_size(block);
    if (wanted != NULL && memmem(block, size, wanted, strlen(wanted)) != NULL)
        found++;
    if (wanted_state != NULL && memmem(block, size, wanted_state, 32) != NULL)
        found++;
    __libc_free(block);
}

void *calloc(size_t count, size_t size)
{
    void *block = malloc(count * size);
    return block == NULL ? NULL : memset(block, 0, count * size);
}

/* Always moves, so that what it leaves behind is looked at. */
void *realloc(void *block, size_t size)
{
    void *moved = malloc(size);
    if (block != NULL && moved != NULL) {
        size_t old = malloc_usable_size(block);
        memcpy(moved, block, old < size ? old : size);
        free(block);
    }
    return moved;
}

#endif
