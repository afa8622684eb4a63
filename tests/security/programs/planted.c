/* LD_PRELOAD: reads a byte beyond a block and loses the block, when the process begins. Memcheck must report both. */
#include <stdlib.h>
#include <string.h>

volatile char seen;

__attribute__((constructor)) static void plant(void)
{
    char *volatile block = malloc(16);
    memset(block, 'x', 16);
    seen = block[16];
    block = NULL;
}
