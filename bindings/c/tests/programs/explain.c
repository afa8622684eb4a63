/* Findings as JSON text, into a buffer of the length that was asked for. */
#include "check.h"

int main(void)
{
    personsig_signer *signer = new_signer("chameleon");
    static char json[1 << 16];
    size_t needed = 0, len = 0, bad_index = 7;
    const char *const also[] = {"ann@example.com", ""};
    const size_t lens[] = {15, 0};
    CHECK(personsig_signer_explain(signer, TEXT("123456"), TEXT(TIMESTAMPED), also, lens, 1, THEN, &bad_index, NULL, 0,
                                   &needed) == PERSONSIG_BUFFER_TOO_SMALL);
    CHECK(needed > 0 && needed < sizeof json - 1 && bad_index == PERSONSIG_NO_INDEX);
    json[needed] = '#';
    CHECK(personsig_signer_explain(signer, TEXT("123456"), TEXT(TIMESTAMPED), also, lens, 1, THEN, NULL, json, needed,
                                   &len) == PERSONSIG_OK);
    CHECK(len == needed && json[len] == '#');
    json[len] = 0;
    CHECK(json[0] == '[' && json[len - 1] == ']' && strstr(json, "\"code\":\"valid\"") != NULL);
    CHECK(personsig_signer_explain(signer, TEXT("123456"), TEXT(PLAIN), NULL, NULL, 0, THEN, NULL, json, sizeof json,
                                   &len) == PERSONSIG_OK);
    CHECK(personsig_signer_explain(signer, TEXT("123456"), TEXT(PLAIN), also, lens, 2, THEN, &bad_index, json,
                                   sizeof json, &len) == PERSONSIG_EMPTY_USER_ID);
    CHECK(bad_index == 1);
    personsig_signer_free(signer);
    return 0;
}
