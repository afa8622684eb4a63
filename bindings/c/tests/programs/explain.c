/* Findings as JSON text, into a buffer of the length that was asked for. */
#include "../../../../tests/adapters/answer.h"
#include "check.h"

int main(void)
{
    personsig_signer *signer = new_signer("chameleon");
    personsig_explain_options options = PERSONSIG_EXPLAIN_OPTIONS_INIT;
    const char *const also[] = {"ann@example.com", ""};
    const size_t lens[] = {15, 0};
    answer json = {0};
    personsig_status status;
    size_t bad_index = 7, needed;
    options.also = also;
    options.also_lens = lens;
    options.also_count = 1;
    options.now = THEN;
    CHECK(personsig_signer_explain(signer, TEXT("123456"), TEXT(TIMESTAMPED), &options, &bad_index, INTO(json)) ==
          PERSONSIG_BUFFER_TOO_SMALL);
    CHECK(bad_index == PERSONSIG_NO_INDEX);
    needed = json.len;
    ASK(status, json, personsig_signer_explain(signer, TEXT("123456"), TEXT(TIMESTAMPED), &options, NULL, INTO(json)));
    CHECK(status == PERSONSIG_OK && json.len == needed && json.cap == needed);
    CHECK(memcmp(json.data, TEXT("[{\"code\":\"valid\",")) == 0 && memcmp(json.data + json.len - 2, TEXT("}]")) == 0);
    ASK(status, json, personsig_signer_explain(signer, TEXT("123456"), TEXT(PLAIN), NULL, NULL, INTO(json)));
    CHECK(status == PERSONSIG_OK);
    options.also_count = 2;
    CHECK(personsig_signer_explain(signer, TEXT("123456"), TEXT(PLAIN), &options, &bad_index, INTO(json)) ==
          PERSONSIG_EMPTY_USER_ID);
    CHECK(bad_index == 1);
    free(json.data);
    personsig_signer_free(signer);
    return 0;
}
