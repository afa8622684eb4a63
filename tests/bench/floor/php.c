/* PHP's floor: `floor_text(string): string`. One file needs no phpize: the compiler and PHP's headers make the same
 * extension. */
#include <php.h>
#include "fill.h"

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arguments, 0, 1, IS_STRING, 0)
ZEND_ARG_TYPE_INFO(0, text, IS_STRING, 0)
ZEND_END_ARG_INFO()

PHP_FUNCTION(floor_text)
{
    zend_string *given;
    ZEND_PARSE_PARAMETERS_START(1, 1)
    Z_PARAM_STR(given)
    ZEND_PARSE_PARAMETERS_END();
    zend_string *made = zend_string_alloc(FLOOR_LENGTH, 0);
    fill(ZSTR_VAL(made), ZSTR_VAL(given), ZSTR_LEN(given));
    ZSTR_VAL(made)[FLOOR_LENGTH] = '\0';
    RETURN_NEW_STR(made);
}

static const zend_function_entry functions[] = {PHP_FE(floor_text, arguments) PHP_FE_END};

static zend_module_entry floor_module_entry = {
    STANDARD_MODULE_HEADER, "floor", functions, NULL, NULL, NULL, NULL, NULL, "0", STANDARD_MODULE_PROPERTIES,
};

ZEND_GET_MODULE(floor)
