//! `Personsig\Snippet`: HTML that a template must not escape again.
//!
//! Blade leaves alone what is an `Htmlable` of Laravel's, and asks `instanceof`. A native class lives as long as the
//! process and Laravel's interface no longer than the request; so where a program has it, the result is of a class that
//! is declared for this request.

use ext_php_rs::builders::FunctionBuilder;
use ext_php_rs::convert::IntoZval;
use ext_php_rs::error::Result;
use ext_php_rs::exception::PhpException;
use ext_php_rs::flags::{ClassFlags, DataType, MethodFlags};
use ext_php_rs::types::Zval;
use ext_php_rs::zend::{ClassEntry, ExecuteData, ExecutorGlobals, ce};
use ext_php_rs::{php_eval, zend_fastcall};

use crate::class::{Class, result};

static SNIPPET: Class = Class::new("Personsig\\Snippet", &[("html", DataType::String, false)]).hidden();

/// The HTML, a PHP string: PHP's memory holds it while code of the program runs, its autoloader, which may end the
/// request.
pub struct Snippet(pub Zval);

impl IntoZval for Snippet {
    const TYPE: DataType = DataType::object("Personsig\\Snippet");
    const NULLABLE: bool = false;

    fn set_zval(self, zv: &mut Zval, _: bool) -> Result<()> {
        let Snippet(html) = self;
        let class = htmlable().unwrap_or(SNIPPET.entry());
        SNIPPET.object_of(class, |properties| html.set_zval(&mut properties[0], false))?.set_zval(zv, false)
    }
}

const INTERFACE: &str = "Illuminate\\Contracts\\Support\\Htmlable";
/// In lower case, as the engine keeps it.
const CLASS: &str = "personsig\\htmlablesnippet";
const DECLARATION: &str = r"<?php namespace Personsig;
final class HtmlableSnippet extends Snippet implements \Illuminate\Contracts\Support\Htmlable {}";

/// The class for programs that have Laravel's interface, or can load it. What their autoloader throws is left to the
/// engine, which throws it when the method returns.
fn htmlable() -> Option<&'static ClassEntry> {
    ClassEntry::try_find(INTERFACE).filter(|found| found.is_interface() && !ExecutorGlobals::has_exception())?;
    if declared().is_none() {
        // A failed declaration sets a bad exit status even where it is caught.
        php_eval::execute(DECLARATION).ok()?;
    }
    // Where the program has its own class of that name, Blade escapes the snippet: visible, and harmless.
    declared().filter(|class| class.instance_of(SNIPPET.entry()))
}

fn declared() -> Option<&'static ClassEntry> {
    let globals = ExecutorGlobals::get();
    let class = globals.class_table()?.get(CLASS)?;
    // SAFETY: that table holds nothing but pointers to classes, and each of them lives as long as the request at least.
    unsafe { class.ptr::<ClassEntry>()?.as_ref() }
}

/// For the module's start.
pub fn declare() -> Result<()> {
    // It is one user's, for one response: nothing to keep in a cache.
    let class = result(&SNIPPET, ClassFlags::NotSerializable);
    let flags = MethodFlags::Public.union(MethodFlags::Final);
    // Both are the same.
    let class = ["__toString", "toHtml"].into_iter().fold(class, |class, name| {
        class.method(FunctionBuilder::new(name, html).returns(DataType::String, false, false), flags)
    });
    SNIPPET.register(class, |entry, tables| SNIPPET.keep(entry, tables))
}

zend_fastcall! {
    extern fn html(call: &mut ExecuteData, html: &mut Zval) {
        // The first slot of any object of ours is the property that the class declares first.
        let property = call.get_self().map(|this| this.properties_table[0].dereference());
        match property.filter(|property| property.is_string()) {
            Some(property) => *html = property.shallow_clone(),
            None => PhpException::new("Personsig\\Signer::snippet makes a Snippet".into(), 0, ce::error()).throw(),
        }
    }
}
