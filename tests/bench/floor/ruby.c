/* Ruby's floor: `Floor.text(String) -> String`. */
#include <ruby.h>
#include "fill.h"

static VALUE text(VALUE self, VALUE given)
{
    (void)self;
    Check_Type(given, T_STRING);
    char filled[FLOOR_LENGTH];
    fill(filled, RSTRING_PTR(given), (size_t)RSTRING_LEN(given));
    return rb_usascii_str_new(filled, FLOOR_LENGTH);
}

void Init_floor(void);

void Init_floor(void)
{
    rb_define_singleton_method(rb_define_module("Floor"), "text", text, 1);
}
