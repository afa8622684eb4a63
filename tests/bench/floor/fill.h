/* The least that a signing call does: it reads its text and makes 64 characters. Each host's floor puts this behind one
 * native call. */
#ifndef FILL_H
#define FILL_H

#include <stddef.h>
#include <string.h>

#define FLOOR_LENGTH 64

static inline void fill(char *out, const char *text, size_t length)
{
    memset(out, length == 0 ? '0' : text[length - 1], FLOOR_LENGTH);
}

#endif
