<?php
// What PHP can tell of everything in the namespace Personsig, to compare the extension with its stub.
// As a program: php describe.php personsig.stub.php

declare(strict_types=1);

namespace PersonsigTests;

function describe(): array
{
    $ours = fn (string $name) => stripos($name, 'Personsig\\') === 0 && !str_contains($name, '@anonymous');
    $functions = array_filter(array_merge(...array_values(get_defined_functions())), $ours);
    $classes = array_filter([...get_declared_classes(), ...get_declared_interfaces()], $ours);
    sort($functions);
    sort($classes);
    return [
        'constants' => array_filter(get_defined_constants(), $ours, ARRAY_FILTER_USE_KEY),
        'functions' => array_map(fn ($name) => describeFunction(new \ReflectionFunction($name)), $functions),
        'classes' => array_map(fn ($name) => [$name => describeClass(new \ReflectionClass($name))], $classes),
    ];
}

function describeClass(\ReflectionClass $class): array
{
    $own = fn ($member) => $member->class === $class->name;
    $methods = array_map(describeFunction(...), array_filter($class->getMethods(), $own));
    sort($methods);
    $interfaces = $class->getInterfaceNames();
    sort($interfaces);
    return [
        'is' => [\Reflection::getModifierNames($class->getModifiers()), $class->isInterface()],
        'parent' => $class->getParentClass() ? $class->getParentClass()->name : null,
        'interfaces' => $interfaces,
        'constants' => $class->getConstants(),
        'properties' => array_values(array_map(
            fn ($property) => [
                'name' => $property->name,
                'is' => \Reflection::getModifierNames($property->getModifiers()),
                'type' => (string) $property->getType(),
            ],
            array_filter($class->getProperties(), $own),
        )),
        'methods' => $methods,
    ];
}

function describeFunction(\ReflectionFunctionAbstract $function): array
{
    return [
        'name' => $function->name,
        'is' => $function instanceof \ReflectionMethod ? \Reflection::getModifierNames($function->getModifiers()) : [],
        'parameters' => array_map(fn ($parameter) => [
            'name' => $parameter->name,
            'type' => (string) $parameter->getType(),
            'default' => $parameter->isOptional() ? var_export($parameter->getDefaultValue(), true) : 'required',
            'attributes' => array_map(fn ($attribute) => $attribute->getName(), $parameter->getAttributes()),
        ], $function->getParameters()),
        'returns' => (string) $function->getReturnType(),
    ];
}

if (realpath($_SERVER['SCRIPT_FILENAME']) === __FILE__) {
    require $argv[1];
    echo json_encode(describe(), JSON_THROW_ON_ERROR);
}
