/* Planted mistakes, so that a test can see that the fuzzer finds each kind of them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy;

    if (size < 3 || memcmp(data, "bug", 3) != 0)
        return 0;
    copy = malloc(size);
    memcpy(copy, data, size);
    copy[0] = copy[size]; /* one byte behind its end */
    copy[1] = copy[0];
    free(copy);
    return copy == NULL;
}
