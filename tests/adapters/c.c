/*
 * The C adapter: one NDJSON request a line on standard input, one answer a line on standard output. The protocol is in
 * tests/README.md. bindings/c/tests/vectors.rs drives the same program.
 */
#define _POSIX_C_SOURCE 200809L
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <personsig.h>

typedef struct {
    const char *data;
    size_t len;
} text;
typedef struct {
    const char *data[4096];
    size_t lens[4096], count;
} list;

/* A case: how many of its fields were taken, why it cannot be run or NULL, and what came out. */
typedef struct {
    json_t *input;
    size_t taken;
    const char *crash;
    size_t bad_index;
    json_t *result;
} request;

static json_t *take(request *r, const char *field)
{
    json_t *form = json_object_get(r->input, field);
    r->taken += form != NULL;
    return form;
}

/* Text is any bytes in C. A field that is left out is the empty text. */
static text to_text(request *r, json_t *form)
{
    if (form != NULL && !json_is_string(form))
        r->crash = "unknown form of a value";
    return (text){json_string_value(form), json_string_length(form)};
}

static list to_list(request *r, json_t *form)
{
    list l = {.count = json_array_size(form)};
    if ((form != NULL && !json_is_array(form)) || l.count > sizeof l.data / sizeof *l.data) {
        r->crash = "unknown form of a list";
        l.count = 0;
    }
    for (size_t i = 0; i < l.count; i++) {
        text element = to_text(r, json_array_get(form, i));
        l.data[i] = element.data;
        l.lens[i] = element.len;
    }
    return l;
}

static int64_t to_time(request *r, json_t *form)
{
    json_t *digits = json_object_get(form, "int");
    if (json_is_string(digits) && json_object_size(form) == 1) {
        /* Saturates. INT64_MIN is "not given" in C, so the smallest number is the next one. */
        int64_t seconds = strtoll(json_string_value(digits), NULL, 10);
        return seconds == PERSONSIG_DEFAULT ? seconds + 1 : seconds;
    }
    if (form != NULL && !json_is_integer(form))
        r->crash = "unknown form of a number";
    return form == NULL ? PERSONSIG_DEFAULT : (int64_t)json_integer_value(form);
}

/* Whether all was understood. */
static int ready(request *r)
{
    if (r->crash == NULL && r->taken != json_object_size(r->input))
        r->crash = "unknown field";
    return r->crash == NULL;
}

static personsig_status hmac(request *r)
{
    text secret = to_text(r, take(r, "secret")), message = to_text(r, take(r, "message"));
    unsigned char mac[PERSONSIG_HMAC_SHA256_SIZE];
    char hex[2 * sizeof mac + 1];
    if (!ready(r))
        return PERSONSIG_OK;
    personsig_status status = personsig_hmac_sha256((const uint8_t *)secret.data, secret.len,
                                                    (const uint8_t *)message.data, message.len, mac);
    for (size_t i = 0; i < sizeof mac; i++)
        snprintf(hex + 2 * i, 3, "%02x", mac[i]);
    r->result = json_pack("{s:s}", "hex", hex);
    return status;
}

static personsig_status providers(request *r)
{
    json_t *names = json_array();
    for (size_t i = 0; i < personsig_provider_count(); i++)
        json_array_append_new(names, json_string(personsig_provider_name(i)));
    r->result = json_pack("{s:o}", "names", names);
    ready(r);
    return PERSONSIG_OK;
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

static personsig_status sign(request *r, personsig_signer *signer, text user_id, int64_t now)
{
    char signature[PERSONSIG_SIGNATURE_MAX];
    size_t len = 0;
    personsig_status status =
        personsig_signer_sign(signer, user_id.data, user_id.len, now, signature, sizeof signature, &len);
    r->result = json_pack("{s:s%}", "signature", signature, len);
    return status;
}

static personsig_status from_env(request *r)
{
    text provider = to_text(r, take(r, "provider")), variable = to_text(r, take(r, "variable"));
    json_t *variables = take(r, "env");
    text user_id = to_text(r, take(r, "user_id"));
    int64_t now = to_time(r, take(r, "now"));
    personsig_signer *signer = NULL;
    if (!ready(r))
        return PERSONSIG_OK;
    json_t *before = exchange_environment(variables);
    personsig_status status =
        personsig_signer_from_env(provider.data, provider.len, variable.data, variable.len, &signer);
    json_decref(exchange_environment(before));
    json_decref(before);
    if (status == PERSONSIG_OK)
        status = sign(r, signer, user_id, now);
    personsig_signer_free(signer);
    return status;
}

static personsig_status verify(request *r, personsig_signer *signer, text user_id, text signature, int64_t max_age,
                               int64_t clock_skew, int64_t now)
{
    size_t secret_index = 0;
    int64_t signed_at = PERSONSIG_DEFAULT;
    personsig_status status = personsig_signer_verify(signer, user_id.data, user_id.len, signature.data, signature.len,
                                                      max_age, clock_skew, now, &secret_index, &signed_at);
    r->result = json_pack("{s:I, s:o}", "secret_index", (json_int_t)secret_index, "signed_at",
                          signed_at == PERSONSIG_DEFAULT ? json_null() : json_integer(signed_at));
    return status;
}

static personsig_status explain(request *r, personsig_signer *signer, text user_id, text signature, const list *also,
                                int64_t now)
{
    char *json = NULL;
    size_t cap = 0;
    personsig_status status;
    while ((status = personsig_signer_explain(signer, user_id.data, user_id.len, signature.data, signature.len,
                                              also->data, also->lens, also->count, now, &r->bad_index, json, cap,
                                              &cap)) == PERSONSIG_BUFFER_TOO_SMALL)
        json = realloc(json, cap);
    json_t *codes = json_array(), *findings = status == PERSONSIG_OK ? json_loadb(json, cap, 0, NULL) : NULL, *finding;
    size_t i;
    json_array_foreach(findings, i, finding) json_array_append(codes, json_object_get(finding, "code"));
    r->result = json_pack("{s:o}", "findings", codes);
    json_decref(findings);
    free(json);
    return status;
}

/* Makes a buffer as large as was asked for. */
static int room(char **buffer, size_t *cap, size_t needed)
{
    free(*buffer);
    *buffer = malloc(needed);
    *cap = needed;
    return *buffer != NULL;
}

static personsig_status sign_many(request *r, personsig_signer *signer, const list *user_ids, int64_t now)
{
    char *out = NULL;
    size_t cap = 0, len = 0;
    personsig_status status;
    while ((status = personsig_signer_sign_many(signer, user_ids->data, user_ids->lens, user_ids->count, now,
                                                &r->bad_index, out, cap, &len)) == PERSONSIG_BUFFER_TOO_SMALL &&
           room(&out, &cap, len))
        ;
    json_t *signatures = json_array();
    for (size_t i = 0; status == PERSONSIG_OK && i < user_ids->count; i++)
        json_array_append_new(signatures, json_stringn(out + i * (len / user_ids->count), len / user_ids->count));
    r->result = json_pack("{s:o}", "signatures", signatures);
    free(out);
    return status;
}

static personsig_status snippet(request *r, personsig_signer *signer, text user_id, text traits, text site_token,
                                text nonce, int64_t now)
{
    char *out = NULL;
    size_t cap = 0, len = 0;
    personsig_status status;
    while ((status = personsig_signer_snippet(signer, user_id.data, user_id.len, traits.data, traits.len,
                                              site_token.data, site_token.len, nonce.data, nonce.len, now, out, cap,
                                              &len)) == PERSONSIG_BUFFER_TOO_SMALL &&
           room(&out, &cap, len))
        ;
    r->result = json_pack("{s:s%}", "html", len > 0 && out != NULL ? out : "", len);
    free(out);
    return status;
}

static personsig_status identity(request *r, personsig_signer *signer, text user_id, int64_t now)
{
    char *out = NULL;
    size_t cap = 0, len = 0;
    personsig_status status;
    while ((status = personsig_signer_identity(signer, user_id.data, user_id.len, now, out, cap, &len)) ==
               PERSONSIG_BUFFER_TOO_SMALL &&
           room(&out, &cap, len))
        ;
    r->result = status == PERSONSIG_OK ? json_pack("{s:o}", "fields", json_loadb(out, len, 0, NULL)) : json_object();
    free(out);
    return status;
}

/* The operations of a signer. Returns -1 for one that is unknown. */
static int with_signer(request *r, const char *operation)
{
    int signs = strcmp(operation, "sign") == 0, verifies = strcmp(operation, "verify") == 0;
    int explains = strcmp(operation, "explain") == 0, signs_many = strcmp(operation, "sign_many") == 0;
    int snippets = strcmp(operation, "snippet") == 0, identifies = strcmp(operation, "identity") == 0;
    int constructs = strcmp(operation, "construct") == 0;
    if (!signs && !verifies && !explains && !signs_many && !snippets && !identifies && !constructs)
        return -1;
    text provider = to_text(r, take(r, "provider")), secret = to_text(r, take(r, "secret"));
    list fallbacks = to_list(r, take(r, "fallback_secrets"));
    list user_ids = to_list(r, signs_many ? take(r, "user_ids") : NULL);
    text user_id = to_text(r, !constructs && !signs_many ? take(r, "user_id") : NULL);
    text signature = to_text(r, verifies || explains ? take(r, "signature") : NULL);
    list also = to_list(r, explains ? take(r, "also") : NULL);
    text traits = to_text(r, snippets ? take(r, "traits") : NULL);
    text site_token = to_text(r, snippets ? take(r, "site_token") : NULL);
    text nonce = to_text(r, snippets ? take(r, "nonce") : NULL);
    int64_t max_age = to_time(r, verifies ? take(r, "max_age") : NULL);
    int64_t clock_skew = to_time(r, verifies ? take(r, "clock_skew") : NULL);
    int64_t now = to_time(r, !constructs ? take(r, "now") : NULL);
    if (!ready(r))
        return PERSONSIG_OK;

    personsig_signer *signer = NULL;
    personsig_status status = personsig_signer_new(provider.data, provider.len, secret.data, secret.len, fallbacks.data,
                                                   fallbacks.lens, fallbacks.count, &r->bad_index, &signer);
    if (status == PERSONSIG_OK)
        status = signs        ? sign(r, signer, user_id, now)
                 : signs_many ? sign_many(r, signer, &user_ids, now)
                 : verifies   ? verify(r, signer, user_id, signature, max_age, clock_skew, now)
                 : explains   ? explain(r, signer, user_id, signature, &also, now)
                 : snippets   ? snippet(r, signer, user_id, traits, site_token, nonce, now)
                 : identifies ? identity(r, signer, user_id, now)
                              : (r->result = json_object(), PERSONSIG_OK);
    personsig_signer_free(signer);
    return status;
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

/* {"result"}, {"error"} or {"crash"}. */
static json_t *run(const char *operation, json_t *input)
{
    request r = {.input = input, .bad_index = PERSONSIG_NO_INDEX};
    void *next;
    const char *field;
    json_t *form, *element, *answer;
    size_t i;
    json_object_foreach_safe(input, next, field, form)
    {
        json_array_foreach(form, i, element) json_array_set_new(form, i, bytes(element));
        json_object_set_new(input, field, bytes(form));
    }
    int status = strcmp(operation, "hmac") == 0        ? (int)hmac(&r)
                 : strcmp(operation, "providers") == 0 ? (int)providers(&r)
                 : strcmp(operation, "from_env") == 0  ? (int)from_env(&r)
                                                       : with_signer(&r, operation);
    if (status < 0 || r.crash != NULL)
        answer = json_pack("{s:s}", "crash", status < 0 ? "unknown operation" : r.crash);
    else if (status == PERSONSIG_OK)
        answer = json_pack("{s:O}", "result", r.result);
    else
        answer = json_pack("{s:s}", "error", personsig_status_name(status));
    if (status > 0 && r.bad_index != PERSONSIG_NO_INDEX)
        json_object_set_new(answer, "index", json_integer((json_int_t)r.bad_index));
    json_decref(r.result);
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
