/*
 * Node's floor: `text(string) -> string`. Node-API is a stable ABI, and Debian's Node comes without its headers, so the
 * few functions that are needed are declared here.
 */
#include "fill.h"

typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);

int napi_get_cb_info(napi_env, napi_callback_info, size_t *, napi_value *, napi_value *, void **);
int napi_get_value_string_utf8(napi_env, napi_value, char *, size_t, size_t *);
int napi_create_string_latin1(napi_env, const char *, size_t, napi_value *);
int napi_create_function(napi_env, const char *, size_t, napi_callback, void *, napi_value *);
napi_value napi_register_module_v1(napi_env, napi_value);

static napi_value text(napi_env env, napi_callback_info call)
{
    char read[256], filled[FLOOR_LENGTH];
    size_t count = 1, length;
    napi_value given, made;
    if (napi_get_cb_info(env, call, &count, &given, NULL, NULL) != 0 || count < 1 ||
        napi_get_value_string_utf8(env, given, read, sizeof read, &length) != 0)
        return NULL;
    fill(filled, read, length);
    return napi_create_string_latin1(env, filled, FLOOR_LENGTH, &made) == 0 ? made : NULL;
}

napi_value napi_register_module_v1(napi_env env, napi_value exports)
{
    napi_value function;
    return napi_create_function(env, "text", 4, text, NULL, &function) == 0 ? function : exports;
}
