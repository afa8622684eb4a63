/* What a C program does for the tests of memory and threads: `host MODE ...`. host.py and its siblings are the same. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <openssl/hmac.h>
#include <personsig.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../../../bindings/c/tests/programs/check.h"

#define THEN_TEXT "-1596165824"
#define MASTER "ssssssssssssssssssssssssssssssssssssssss"

static personsig_signer *make(const char *provider, const char *secret, const char *older)
{
    personsig_signer *signer = NULL;
    const size_t older_len = strlen(older);
    CHECK(personsig_signer_new(provider, strlen(provider), secret, strlen(secret), &older, &older_len, 1, NULL,
                               &signer) == PERSONSIG_OK);
    return signer;
}

/* OpenSSL's HMAC in hex, and what follows. */
static const char *mac(char out[PERSONSIG_SIGNATURE_MAX + 1], const char *secret, const char *id, const char *suffix)
{
    unsigned char digest[32];
    char message[256];
    const int len = snprintf(message, sizeof message, "%s%s", id, suffix);
    CHECK(HMAC(EVP_sha256(), secret, (int)strlen(secret), (unsigned char *)message, (size_t)len, digest, NULL) != NULL);
    for (size_t i = 0; i < 32; i++)
        sprintf(out + 2 * i, "%02x", digest[i]);
    return strcat(out, suffix);
}

/* Whether every function gives the right result for this number. */
static int is_right(const personsig_signer *shared, const personsig_signer *timed, unsigned number, size_t padding)
{
    char id[256], expected[PERSONSIG_SIGNATURE_MAX + 1], out[4096];
    const size_t id_len = (size_t)snprintf(id, sizeof id, "%u-%0*d", number, (int)padding, 0);
    size_t len = 0, index = 7;
    mac(expected, MASTER, id, "");
    int right = personsig_signer_sign(shared, id, id_len, PERSONSIG_DEFAULT, out, sizeof out, &len) == PERSONSIG_OK &&
                len == 64 && memcmp(out, expected, 64) == 0;
    right &= personsig_signer_verify(shared, id, id_len, out, len, NULL, &index, NULL) == PERSONSIG_OK && index == 0;
    right &=
        personsig_signer_verify(shared, id, id_len - 1, out, len, NULL, NULL, NULL) == PERSONSIG_SIGNATURE_MISMATCH;
    right &= personsig_signer_sign(shared, TEXT("\n"), THEN, out, sizeof out, &len) == PERSONSIG_CONTROL_CHARACTER;

    const char *const ids[] = {id, "1", id};
    const size_t lens[] = {id_len, 1, id_len};
    right &= personsig_signer_sign_many(shared, ids, lens, 3, THEN, NULL, out, sizeof out, &len) == PERSONSIG_OK &&
             len == 192 && memcmp(out, expected, 64) == 0 && memcmp(out + 128, expected, 64) == 0;
    personsig_snippet_options traits = PERSONSIG_SNIPPET_OPTIONS_INIT;
    traits.traits = "{\"seats\":[1,2.5,{\"b\":null}]}", traits.traits_len = strlen(traits.traits);
    right &= personsig_signer_snippet(shared, id, id_len, &traits, out, sizeof out, &len) == PERSONSIG_OK &&
             memmem(out, len, expected, 64) != NULL;
    right &= personsig_signer_identity(shared, id, id_len, THEN, out, sizeof out, &len) == PERSONSIG_OK &&
             memmem(out, len, expected, 64) != NULL;

    right &= personsig_signer_sign(timed, id, id_len, THEN, out, sizeof out, &len) == PERSONSIG_OK &&
             strncmp(out, mac(expected, MASTER, id, THEN_TEXT), len) == 0;
    const personsig_verify_options then = at(THEN);
    mac(expected, "older", id, THEN_TEXT);
    right &=
        personsig_signer_verify(timed, id, id_len, expected, strlen(expected), &then, &index, NULL) == PERSONSIG_OK &&
        index == 1;
    if (number % 500 < 8) {
        mac(expected, MASTER "\n", id, "");
        right &= personsig_signer_explain(shared, id, id_len, expected, 64, NULL, NULL, out, sizeof out, &len) ==
                     PERSONSIG_OK &&
                 memmem(out, len, TEXT("padded-key")) != NULL;
    }
    return right;
}

static void one_life(unsigned number)
{
    personsig_signer *shared = make("gosquared", MASTER, "older"), *timed = make("chameleon", MASTER, "older");
    CHECK(is_right(shared, timed, number, number % 130));
    personsig_signer_free(shared);
    personsig_signer_free(timed);
}

static long resident(void)
{
    long size = 0, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file != NULL && fscanf(file, "%ld %ld", &size, &pages) == 2);
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

/* Prints by how many bytes the process grew in all rounds but the first tenth. */
static void life(unsigned rounds, int kept)
{
    long start = 0;
    for (unsigned number = 0; number < rounds; number++) {
        one_life(number);
        if (kept)
            (void)make("gosquared", MASTER, "older");
        if (number == rounds / 10)
            start = resident();
    }
    printf("%ld\n", resident() - start);
}

static const personsig_signer *shared_signer, *timed_signer;
static struct timespec end;
static atomic_ulong done, wrong;

static void *work(void *first)
{
    struct timespec now;
    unsigned number = *(unsigned *)first;
    do {
        if (!is_right(shared_signer, timed_signer, number, number % 130))
            atomic_fetch_add(&wrong, 1);
        one_life(number);
        atomic_fetch_add(&done, 2);
        number += 8;
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (now.tv_sec < end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec < end.tv_nsec));
    return NULL;
}

/* Eight threads share two signers and make others. Prints how many rounds there were, and how many were wrong. */
static int threads(double seconds, const char *secret)
{
    pthread_t workers[8];
    unsigned first[8];
    personsig_signer *shared = make("gosquared", secret, "older"), *timed = make("chameleon", MASTER, "older");
    shared_signer = shared, timed_signer = timed;
    /* Once before there are threads: the hashes look at the CPU's features once, through relaxed atomics, which
       helgrind takes for a race. */
    (void)is_right(shared, timed, 0, 0);
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += (time_t)seconds;
    end.tv_nsec += (long)((seconds - (double)(time_t)seconds) * 1e9);
    end.tv_sec += end.tv_nsec / 1000000000, end.tv_nsec %= 1000000000;
    for (unsigned i = 0; i < 8; i++) {
        first[i] = i;
        CHECK(pthread_create(&workers[i], NULL, work, &first[i]) == 0);
    }
    for (unsigned i = 0; i < 8; i++)
        CHECK(pthread_join(workers[i], NULL) == 0);
    personsig_signer_free(shared);
    personsig_signer_free(timed);
    printf("%lu", done);
    if (wrong > 0)
        printf(" %lu wrong", wrong);
    printf("\n");
    return wrong > 0;
}

/* Waits for a line, without a buffer that would keep it. */
static void wait_for_line(void)
{
    char byte = 0;
    while (read(0, &byte, 1) == 1 && byte != '\n')
        ;
}

/* Reads the secret from standard input into a page of its own, which is given back before anything is said. Makes a
   signer, says so and waits; frees it, says so and waits. */
static void alive(void)
{
    char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    size_t len = 0;
    CHECK(page != MAP_FAILED);
    while (len < 4096 && read(0, page + len, 1) == 1 && page[len] != '\n')
        len++;
    personsig_signer *signer = NULL;
    const char *const older = "older";
    const size_t older_len = 5;
    CHECK(personsig_signer_new(TEXT("gosquared"), page, len, &older, &older_len, 1, NULL, &signer) == PERSONSIG_OK);
    explicit_bzero(page, 4096);
    munmap(page, 4096);
    char out[65536];
    CHECK(personsig_signer_sign(signer, TEXT("42"), PERSONSIG_DEFAULT, out, sizeof out, &len) == PERSONSIG_OK);
    CHECK(personsig_signer_verify(signer, TEXT("42"), out, len, NULL, NULL, NULL) == PERSONSIG_OK);
    CHECK(personsig_signer_explain(signer, TEXT("42"), TEXT("x"), NULL, NULL, out, sizeof out, &len) == PERSONSIG_OK);
    CHECK(write(1, "made\n", 5) == 5);
    wait_for_line();
    personsig_signer_free(signer);
    CHECK(write(1, "freed\n", 6) == 6);
    wait_for_line();
}

static char *buffer_of(size_t size)
{
    char *buffer = malloc(size);
    CHECK(buffer != NULL);
    return buffer;
}

/* While the other thread may still be using it, or later: nothing orders the two. */
static void *free_it(void *signer)
{
    usleep(300000);
    personsig_signer_free(signer);
    return NULL;
}

/* What no program may do. Each checker must report it, or it would report nothing else either. */
static void misuse(const char *what)
{
    personsig_signer *signer = make("gosquared", MASTER, "older");
    size_t len = 0;
    char *buffer = buffer_of(32);
    if (strcmp(what, "free-twice") == 0) {
        personsig_signer_free(signer);
        personsig_signer_free(signer);
    } else if (strcmp(what, "use-after-free") == 0) {
        personsig_signer_free(signer);
        personsig_signer_sign(signer, TEXT("1"), THEN, buffer, 32, &len);
    } else if (strcmp(what, "read-beyond") == 0) {
        memset(buffer, 'x', 32);
        personsig_signer_sign(signer, buffer, 33, THEN, NULL, 0, &len);
        personsig_hmac_sha256((uint8_t *)buffer, 33, (uint8_t *)buffer, 32, (uint8_t *)buffer);
        personsig_signer_free(signer);
    } else if (strcmp(what, "write-beyond") == 0) {
        personsig_signer_sign(signer, TEXT("1"), THEN, buffer, 64, &len);
        personsig_signer_free(signer);
    } else if (strcmp(what, "leak") == 0) {
        signer = NULL;
    } else if (strcmp(what, "race") == 0) {
        pthread_t thread;
        CHECK(pthread_create(&thread, NULL, free_it, signer) == 0);
        char out[PERSONSIG_SIGNATURE_MAX];
        personsig_signer_sign(signer, TEXT("1"), THEN, out, sizeof out, &len);
        CHECK(pthread_join(thread, NULL) == 0);
    }
    free(buffer);
}

int main(int count, char **arguments)
{
    CHECK(count >= 2);
    const char *mode = arguments[1];
    if (strcmp(mode, "life") == 0 && count > 2)
        life((unsigned)atoi(arguments[2]), count > 3);
    else if (strcmp(mode, "threads") == 0 && count > 2)
        return threads(atof(arguments[2]), count > 3 ? arguments[3] : MASTER);
    else if (strcmp(mode, "alive") == 0)
        alive();
    else if (strcmp(mode, "misuse") == 0 && count > 2)
        misuse(arguments[2]);
    else
        return 2;
    return 0;
}
