//! `bindings/c/personsig.3`, the manual page, is made of the header's comments.

mod compiler;

use std::fmt::Write as _;
use std::process::Command;
use std::{env, fs};

use compiler::root;

/// One comment of the header and the declaration that follows it.
struct Item {
    about: String,
    code: String,
}

/// What stands above the header's first declaration, and its items.
fn items(header: &str) -> (String, Vec<Item>) {
    let (top, rest) = header.split_once("*/\n").expect("the comment at the top");
    let top = top
        .lines()
        .skip(1)
        .map(|line| line.trim_start_matches(" *"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line));
    let top = top.collect::<Vec<_>>().join("\n");
    let (mut items, mut about, mut lines) = (Vec::new(), String::new(), rest.lines().peekable());
    while let Some(line) = lines.next() {
        if let Some(comment) = line.strip_prefix("//") {
            writeln!(about, "{}", comment.strip_prefix(' ').unwrap_or(comment)).expect("a string");
            continue;
        }
        let mut code = line.to_owned();
        let is_macro = code.starts_with("#define PERSONSIG_") && code != "#define PERSONSIG_H";
        let is_function = is_function(&code);
        let end = match () {
            () if is_macro => (|code: &str| !code.ends_with('\\')) as fn(&str) -> bool,
            () if is_function => |code: &str| code.ends_with(';'),
            () if code.starts_with("typedef") => {
                |code: &str| code.ends_with(';') && (!code.contains('{') || code.contains("\n} "))
            }
            () => {
                about.clear();
                continue;
            }
        };
        while !end(&code) {
            code = format!("{code}\n{}", lines.next().expect("the declaration's end"));
        }
        items.push(Item { about: std::mem::take(&mut about), code });
    }
    (top, items)
}

/// Text as roff takes it.
fn escaped(line: &str) -> String {
    let line = line.replace('\\', "\\e").replace('-', "\\-").replace('^', "\\(ha").replace('~', "\\(ti");
    if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line }
}

/// Paragraphs; what is indented is a program.
fn prose(text: &str) -> String {
    let mut page = String::new();
    for paragraph in text.trim_matches('\n').split("\n\n") {
        let lines = paragraph.lines().map(|line| escaped(line.trim_start())).collect::<Vec<_>>().join("\n");
        if paragraph.starts_with("    ") {
            writeln!(page, ".PP\n.in +4n\n.nf\n{lines}\n.fi\n.in").expect("a string");
        } else {
            writeln!(page, ".PP\n{}", lines.replace('`', "")).expect("a string");
        }
    }
    page
}

/// Lines as they stand.
fn program(code: &str) -> String {
    format!(".nf\n{}\n.fi\n", code.lines().map(escaped).collect::<Vec<_>>().join("\n"))
}

fn is_function(code: &str) -> bool {
    code.contains('(') && code.starts_with(|c: char| c.is_ascii_lowercase()) && !code.starts_with("typedef")
}

fn name(item: &Item) -> &str {
    let upto = item.code.split('(').next().unwrap_or_default();
    upto.rsplit([' ', '*']).next().expect("a name")
}

fn page() -> (String, Vec<String>) {
    let header = fs::read_to_string(root().join("include/personsig.h")).expect("the header");
    let (top, items) = items(&header);
    let functions = || items.iter().filter(|item| is_function(&item.code));
    let names: Vec<_> = functions().map(|item| name(item).to_owned()).collect();
    let mut page = ".\\\" Made of include/personsig.h: UPDATE=1 cargo test -p personsig-c --test manual\n".to_owned();
    page += ".TH PERSONSIG 3 \"\" personsig \"C library\"\n.nh\n.ad l\n.SH NAME\n";
    write!(page, "personsig, {} \\- signatures for identity verification\n.SH SYNOPSIS\n", names.join(", "))
        .expect("a string");
    page += &program("#include <personsig.h>");
    for function in functions() {
        page += ".PP\n";
        page += &program(&function.code);
    }
    page += ".SH DESCRIPTION\n";
    // A line alone is a heading of the comment; the first two paragraphs are the title and where the file comes from.
    for paragraph in top.trim().split("\n\n").skip(2) {
        let is_heading = !paragraph.contains(['\n', ' ']);
        page += &if is_heading { format!(".SS {paragraph}\n") } else { prose(paragraph) };
    }
    page += ".SH FUNCTIONS\n";
    for function in functions() {
        write!(page, ".SS {}\n{}", name(function), prose(&function.about)).expect("a string");
    }
    page += ".SH TYPES\n";
    let is_type = |item: &&Item| item.code.starts_with("typedef");
    for declared in items.iter().filter(is_type).filter(|item| !item.code.starts_with("typedef enum")) {
        page += &prose(&declared.about);
        page += ".PP\n";
        page += &program(&declared.code);
    }
    page += ".SH MACROS\n";
    for defined in items.iter().filter(|item| item.code.starts_with("#define")) {
        if !defined.about.is_empty() {
            page += &prose(&defined.about);
            page += ".PP\n";
        }
        // The header's own version is not the page's to repeat.
        let is_version = defined.code.starts_with("#define PERSONSIG_VERSION");
        page += &program(if is_version { defined.code.rsplit_once(' ').expect("a value").0 } else { &defined.code });
    }
    page += ".SH STATUSES\n";
    let statuses = items.iter().find(|item| item.code.starts_with("typedef enum")).expect("the enum");
    page += &prose(&statuses.about);
    let mut about = Vec::new();
    for line in statuses.code.lines().map(str::trim) {
        if let Some(comment) = line.strip_prefix("// ") {
            about.push(escaped(&comment.replace('`', "")));
        } else if let Some((status, number)) = line.trim_end_matches(',').split_once(" = ") {
            writeln!(page, ".TP\n{status} ({number})\n{}", about.join("\n")).expect("a string");
            about.clear();
        }
    }
    page += ".SH SEE ALSO\n.BR personsig (1)\n";
    (page, names)
}

#[test]
fn the_committed_manual_page_is_fresh() {
    let (made, _) = page();
    let path = root().join("bindings/c/personsig.3");
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, &made).expect("bindings/c/personsig.3");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == made, "bindings/c/personsig.3 is stale: UPDATE=1 cargo test -p personsig-c --test manual");
}

#[test]
fn it_has_every_function_status_and_macro_of_the_header() {
    let header = fs::read_to_string(root().join("include/personsig.h")).expect("the header");
    let (page, functions) = page();
    let declared = header.lines().filter(|line| line.contains(" personsig_") || line.contains(" *personsig_"));
    let declared = declared.filter(|line| line.contains('(') && line.starts_with(|c: char| c.is_ascii_lowercase()));
    assert_eq!(functions.len(), declared.count());
    let words = header.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    for word in words.filter(|word| word.starts_with("PERSONSIG_") && *word != "PERSONSIG_H") {
        assert!(page.contains(word), "{word} is not in the manual page");
    }
}

#[test]
fn groff_formats_it_without_a_warning() {
    let mut groff = Command::new("groff");
    let output =
        groff.args(["-ww", "-z", "-man", "-Tutf8", "personsig.3"]).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let output = output.expect("groff");
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}
