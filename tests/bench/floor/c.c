/* C's floor: a call into a shared library. */
#include "fill.h"

int floor_text(const char *text, size_t length, char *out, size_t cap, size_t *out_length);

int floor_text(const char *text, size_t length, char *out, size_t cap, size_t *out_length)
{
    if (cap < FLOOR_LENGTH)
        return 1;
    fill(out, text, length);
    *out_length = FLOOR_LENGTH;
    return 0;
}
