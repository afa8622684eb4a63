/*
 * The C adapter: one NDJSON request per line on standard input, one answer per line on standard output. The protocol is
 * in tests/README.md. bindings/c/tests/vectors.rs drives the same program.
 */
#define _POSIX_C_SOURCE 200809L
#include "answer.h"

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    const char *data;
    size_t len;
} text;
typedef struct {
    const char *data[4096];
    size_t lens[4096], count;
} list;

/* A case's input: a field that is left out is the empty string, the empty list or PERSONSIG_DEFAULT. */
typedef struct {
    text provider, secret, variable, user_id, signature, traits, site_token, nonce, message;
    list fallback_secrets, also, user_ids;
    int64_t max_age, clock_skew, now;
    json_t *env;
    size_t bad_index;
} arguments;

/* Where a field goes, and how it is read. Each of the three readers returns 0 for a form that it does not know. */
typedef int reader(json_t *form, void *to);

static int read_text(json_t *form, void *to)
{
    *(text *)to = (text){json_string_value(form), json_string_length(form)};
    return json_is_string(form);
}

static int read_list(json_t *form, void *to)
{
    list *l = to;
    l->count = json_array_size(form);
    if (!json_is_array(form) || l->count > sizeof l->data / sizeof *l->data)
        return 0;
    for (size_t i = 0; i < l->count; i++) {
        text element;
        if (!read_text(json_array_get(form, i), &element))
            return 0;
        l->data[i] = element.data;
        l->lens[i] = element.len;
    }
    return 1;
}

static int read_time(json_t *form, void *to)
{
    json_t *digits = json_object_get(form, "int");
    if (json_is_string(digits) && json_object_size(form) == 1) {
        /* Saturates. INT64_MIN is "not given" in C, so the smallest number is the next one. */
        int64_t seconds = strtoll(json_string_value(digits), NULL, 10);
        *(int64_t *)to = seconds == PERSONSIG_DEFAULT ? seconds + 1 : seconds;
        return 1;
    }
    *(int64_t *)to = json_integer_value(form);
    return json_is_integer(form);
}

static int read_env(json_t *form, void *to)
{
    *(json_t **)to = form;
    return json_is_object(form);
}

static const struct {
    const char *name;
    reader *read;
    size_t offset;
} FIELDS[] = {
    {"provider", read_text, offsetof(arguments, provider)},
    {"secret", read_text, offsetof(arguments, secret)},
    {"fallback_secrets", read_list, offsetof(arguments, fallback_secrets)},
    {"variable", read_text, offsetof(arguments, variable)},
    {"env", read_env, offsetof(arguments, env)},
    {"user_id", read_text, offsetof(arguments, user_id)},
    {"user_ids", read_list, offsetof(arguments, user_ids)},
    {"signature", read_text, offsetof(arguments, signature)},
    {"also", read_list, offsetof(arguments, also)},
    {"traits", read_text, offsetof(arguments, traits)},
    {"site_token", read_text, offsetof(arguments, site_token)},
    {"nonce", read_text, offsetof(arguments, nonce)},
    {"max_age", read_time, offsetof(arguments, max_age)},
    {"clock_skew", read_time, offsetof(arguments, clock_skew)},
    {"now", read_time, offsetof(arguments, now)},
    {"message", read_text, offsetof(arguments, message)},
};

/* How a signer is made. */

typedef personsig_status maker(arguments *a, personsig_signer **signer);

static personsig_status new(arguments *a, personsig_signer **signer)
{
    const list *fallbacks = &a->fallback_secrets;
    return personsig_signer_new(a->provider.data, a->provider.len, a->secret.data, a->secret.len, fallbacks->data,
                                fallbacks->lens, fallbacks->count, &a->bad_index, signer);
}

/* Sets or unsets variables; returns what they were. */
static json_t *exchange_environment(json_t *variables)
{
    json_t *before = json_object(), *value;
    const char *name;
    json_object_foreach(variables, name, value)
    {
        const char *old = getenv(name);
        json_object_set_new(before, name, old == NULL ? json_null() : json_string_nocheck(old));
        if (json_is_string(value))
            setenv(name, json_string_value(value), 1);
        else
            unsetenv(name);
    }
    return before;
}

static personsig_status from_env(arguments *a, personsig_signer **signer)
{
    json_t *before = exchange_environment(a->env);
    personsig_status status =
        personsig_signer_from_env(a->provider.data, a->provider.len, a->variable.data, a->variable.len, signer);
    json_decref(exchange_environment(before));
    json_decref(before);
    return status;
}

/* What is done with it, or without one. `result` is used on PERSONSIG_OK alone. */

typedef personsig_status method(const personsig_signer *signer, arguments *a, json_t **result);

static personsig_status hmac(const personsig_signer *signer, arguments *a, json_t **result)
{
    unsigned char mac[PERSONSIG_HMAC_SHA256_SIZE];
    char hex[2 * sizeof mac + 1];
    (void)signer;
    personsig_status status = personsig_hmac_sha256((const uint8_t *)a->secret.data, a->secret.len,
                                                    (const uint8_t *)a->message.data, a->message.len, mac);
    for (size_t i = 0; i < sizeof mac; i++)
        snprintf(hex + 2 * i, 3, "%02x", mac[i]);
    *result = json_pack("{s:s}", "hex", hex);
    return status;
}

static personsig_status providers(const personsig_signer *signer, arguments *a, json_t **result)
{
    json_t *rows = json_array();
    (void)signer;
    (void)a;
    for (size_t i = 0; i < personsig_provider_count(); i++)
        json_array_append_new(
            rows,
            json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s?,s:s,s:s}", "name", personsig_provider_name(i), "title",
                      personsig_provider_title(i), "scheme", personsig_provider_scheme(i), "encoding",
                      personsig_provider_encoding(i), "identifier", personsig_provider_identifier(i), "key_form",
                      personsig_provider_key_form(i), "legacy", personsig_provider_legacy(i), "secret_variable",
                      personsig_provider_secret_variable(i), "documentation", personsig_provider_documentation(i)));
    *result = json_pack("{s:o}", "rows", rows);
    return PERSONSIG_OK;
}

static personsig_status construct(const personsig_signer *signer, arguments *a, json_t **result)
{
    (void)signer;
    (void)a;
    *result = json_object();
    return PERSONSIG_OK;
}

static personsig_status sign(const personsig_signer *signer, arguments *a, json_t **result)
{
    char signature[PERSONSIG_SIGNATURE_MAX];
    size_t len = 0;
    personsig_status status =
        personsig_signer_sign(signer, a->user_id.data, a->user_id.len, a->now, signature, sizeof signature, &len);
    *result = json_pack("{s:s%}", "signature", signature, len);
    return status;
}

static personsig_status sign_many(const personsig_signer *signer, arguments *a, json_t **result)
{
    const list *ids = &a->user_ids;
    answer signatures = {0};
    personsig_status status;
    ASK(status, signatures,
        personsig_signer_sign_many(signer, ids->data, ids->lens, ids->count, a->now, &a->bad_index, INTO(signatures)));
    json_t *array = json_array();
    for (size_t i = 0; status == PERSONSIG_OK && i < ids->count; i++) {
        size_t len = signatures.len / ids->count;
        json_array_append_new(array, json_stringn(signatures.data + i * len, len));
    }
    *result = json_pack("{s:o}", "signatures", array);
    free(signatures.data);
    return status;
}

static personsig_status verify(const personsig_signer *signer, arguments *a, json_t **result)
{
    personsig_verify_options options = PERSONSIG_VERIFY_OPTIONS_INIT;
    options.max_age = a->max_age;
    options.clock_skew = a->clock_skew;
    options.now = a->now;
    size_t secret_index = 0;
    int64_t signed_at = PERSONSIG_DEFAULT;
    personsig_status status = personsig_signer_verify(signer, a->user_id.data, a->user_id.len, a->signature.data,
                                                      a->signature.len, &options, &secret_index, &signed_at);
    *result = json_pack("{s:I, s:o}", "secret_index", (json_int_t)secret_index, "signed_at",
                        signed_at == PERSONSIG_DEFAULT ? json_null() : json_integer(signed_at));
    return status;
}

static personsig_status explain(const personsig_signer *signer, arguments *a, json_t **result)
{
    personsig_explain_options options = PERSONSIG_EXPLAIN_OPTIONS_INIT;
    options.also = a->also.data;
    options.also_lens = a->also.lens;
    options.also_count = a->also.count;
    options.now = a->now;
    answer json = {0};
    personsig_status status;
    ASK(status, json,
        personsig_signer_explain(signer, a->user_id.data, a->user_id.len, a->signature.data, a->signature.len, &options,
                                 &a->bad_index, INTO(json)));
    json_t *codes = json_array(), *findings = json_loadb(json.data, json.cap, 0, NULL), *finding;
    size_t i;
    json_array_foreach(findings, i, finding) json_array_append(codes, json_object_get(finding, "code"));
    *result = json_pack("{s:o}", "findings", codes);
    json_decref(findings);
    free(json.data);
    return status;
}

static personsig_status snippet(const personsig_signer *signer, arguments *a, json_t **result)
{
    personsig_snippet_options options = PERSONSIG_SNIPPET_OPTIONS_INIT;
    options.traits = a->traits.data;
    options.traits_len = a->traits.len;
    options.site_token = a->site_token.data;
    options.site_token_len = a->site_token.len;
    options.nonce = a->nonce.data;
    options.nonce_len = a->nonce.len;
    options.now = a->now;
    answer html = {0};
    personsig_status status;
    ASK(status, html, personsig_signer_snippet(signer, a->user_id.data, a->user_id.len, &options, INTO(html)));
    *result = json_pack("{s:s%}", "html", html.data != NULL ? html.data : "", html.cap);
    free(html.data);
    return status;
}

static personsig_status identity(const personsig_signer *signer, arguments *a, json_t **result)
{
    answer json = {0};
    personsig_status status;
    ASK(status, json, personsig_signer_identity(signer, a->user_id.data, a->user_id.len, a->now, INTO(json)));
    *result = json_pack("{s:o*}", "fields", json_loadb(json.data, json.cap, 0, NULL));
    free(json.data);
    return status;
}

/* The operations: their fields, how their signer is made, and what is done. */
#define MAKE " provider secret fallback_secrets "
static const struct {
    const char *name, *fields;
    maker *make;
    method *run;
} OPERATIONS[] = {
    {"hmac", " secret message ", NULL, hmac},
    {"providers", " ", NULL, providers},
    {"from_env", " provider variable env user_id now ", from_env, sign},
    {"construct", MAKE, new, construct},
    {"sign", MAKE "user_id now ", new, sign},
    {"sign_many", MAKE "user_ids now ", new, sign_many},
    {"verify", MAKE "user_id signature max_age clock_skew now ", new, verify},
    {"explain", MAKE "user_id signature also now ", new, explain},
    {"snippet", MAKE "user_id traits site_token nonce now ", new, snippet},
    {"identity", MAKE "user_id now ", new, identity},
};

/* Reads a field of an operation; returns what is wrong, or NULL. */
static const char *read_field(arguments *a, const char *fields, const char *name, json_t *form)
{
    char word[64];
    snprintf(word, sizeof word, " %s ", name);
    for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++)
        if (strcmp(FIELDS[i].name, name) == 0 && strstr(fields, word) != NULL)
            return FIELDS[i].read(form, (char *)a + FIELDS[i].offset) ? NULL : "unknown form of a value";
    return "unknown field";
}

/* {"hex": "00ff"} as a string of these bytes, every other form as it is. */
static json_t *bytes(json_t *form)
{
    const char *hex = json_string_value(json_object_get(form, "hex"));
    if (hex == NULL || json_object_size(form) != 1)
        return json_incref(form);
    size_t len = strlen(hex) / 2;
    char *data = malloc(len + 1);
    for (size_t i = 0; data != NULL && i < len; i++)
        data[i] = (char)strtol((char[]){hex[2 * i], hex[2 * i + 1], 0}, NULL, 16);
    form = data != NULL ? json_stringn_nocheck(data, len) : NULL;
    free(data);
    return form;
}

static json_t *crash(const char *reason)
{
    return json_pack("{s:s}", "crash", reason);
}

/* {"result"}, {"error"} or {"crash"}. */
static json_t *run(const char *operation, json_t *input)
{
    static arguments a;
    const arguments nothing = {.max_age = PERSONSIG_DEFAULT,
                               .clock_skew = PERSONSIG_DEFAULT,
                               .now = PERSONSIG_DEFAULT,
                               .bad_index = PERSONSIG_NO_INDEX};
    size_t at = 0, i;
    while (at < sizeof OPERATIONS / sizeof *OPERATIONS && strcmp(OPERATIONS[at].name, operation) != 0)
        at++;
    if (at == sizeof OPERATIONS / sizeof *OPERATIONS)
        return crash("unknown operation");
    a = nothing;
    void *next;
    const char *field;
    json_t *form, *element;
    json_object_foreach_safe(input, next, field, form)
    {
        json_array_foreach(form, i, element) json_array_set_new(form, i, bytes(element));
        json_object_set_new(input, field, bytes(form));
        const char *wrong = read_field(&a, OPERATIONS[at].fields, field, json_object_get(input, field));
        if (wrong != NULL)
            return crash(wrong);
    }
    personsig_signer *signer = NULL;
    json_t *result = NULL, *answer;
    personsig_status status = OPERATIONS[at].make == NULL ? PERSONSIG_OK : OPERATIONS[at].make(&a, &signer);
    if (status == PERSONSIG_OK)
        status = OPERATIONS[at].run(signer, &a, &result);
    personsig_signer_free(signer);
    if (status == PERSONSIG_OK)
        answer = json_pack("{s:O}", "result", result);
    else
        answer = json_pack("{s:s}", "error", personsig_status_name(status));
    if (a.bad_index != PERSONSIG_NO_INDEX)
        json_object_set_new(answer, "index", json_integer((json_int_t)a.bad_index));
    json_decref(result);
    return answer;
}

int main(void)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    while ((len = getline(&line, &cap, stdin)) > 0) {
        json_t *request = json_loadb(line, (size_t)len, JSON_ALLOW_NUL, NULL), *answer = NULL;
        const char *command = json_string_value(json_object_get(request, "cmd"));
        const char *operation = json_string_value(json_object_get(request, "operation"));
        if (command != NULL && strcmp(command, "start") == 0)
            answer = json_pack("{s:s, s:s, s:s, s:[s, s, s]}", "surface", "c", "runtime", "gcc " __VERSION__, "version",
                               personsig_version(), "supports", "byte-text", "hmac", "json-text");
        else if (command != NULL && strcmp(command, "run") == 0 && operation != NULL)
            answer = run(operation, json_object_get(request, "input"));
        if (answer != NULL) {
            json_object_set(answer, "seq", json_object_get(request, "seq"));
            json_dumpf(answer, stdout, JSON_COMPACT);
            putchar('\n');
            fflush(stdout);
        }
        json_decref(request);
        if (answer == NULL)
            break;
        json_decref(answer);
    }
    free(line);
    return 0;
}
