/* Ask, allocate, ask again: a string of any length from personsig, for the adapter and for bindings/c/tests/programs.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include <personsig.h>
#include <stdlib.h>

/* Begins as {0}; free(data) ends it. */
typedef struct {
    char *data;
    size_t cap, len;
} answer;

/* The last three arguments of a function that writes a string. */
#define INTO(a) (a).data, (a).cap, &(a).len

/* Calls until the string fits, and keeps the last status. */
#define ASK(status, a, call)                                                                                           \
    do                                                                                                                 \
        (status) = (call);                                                                                             \
    while ((status) == PERSONSIG_BUFFER_TOO_SMALL && answer_grow(&(a)))

/* Makes room for the length that was asked for; 0 where there is no memory. */
static inline int answer_grow(answer *a)
{
    free(a->data);
    a->data = (char *)malloc(a->len);
    a->cap = a->data == NULL ? 0 : a->len;
    return a->data != NULL;
}

#endif
