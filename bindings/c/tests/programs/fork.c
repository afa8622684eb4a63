/* After fork both processes sign with the signer and free it. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    personsig_signer *signer = new_signer("gosquared");
    char out[PERSONSIG_SIGNATURE_MAX];
    size_t len = 0;
    int result = 0;
    pid_t child = fork();
    CHECK(child >= 0);
    CHECK(personsig_signer_sign(signer, TEXT("123456"), THEN, out, sizeof out, &len) == PERSONSIG_OK);
    CHECK(len == 64 && memcmp(out, PLAIN, 64) == 0);
    personsig_signer_free(signer);
    if (child > 0)
        CHECK(waitpid(child, &result, 0) == child && WIFEXITED(result) && WEXITSTATUS(result) == 0);
    return 0;
}
