/* Python's floor: `floor.text(str) -> str`, a function of one argument (METH_O), the cheapest call that CPython has. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include "fill.h"

static PyObject *text(PyObject *module, PyObject *given)
{
    (void)module;
    Py_ssize_t length;
    const char *read = PyUnicode_AsUTF8AndSize(given, &length);
    PyObject *made = read == NULL ? NULL : PyUnicode_New(FLOOR_LENGTH, 127);
    if (made != NULL)
        fill((char *)PyUnicode_1BYTE_DATA(made), read, (size_t)length);
    return made;
}

static PyMethodDef methods[] = {{"text", text, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static PyModuleDef definition = {PyModuleDef_HEAD_INIT, "floor", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_floor(void)
{
    return PyModule_Create(&definition);
}
