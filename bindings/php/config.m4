dnl phpize makes `configure` of this, and PIE runs the two. cargo compiles the extension: nothing here is C.

PHP_ARG_ENABLE([personsig],
  [whether to enable personsig],
  [AS_HELP_STRING([--disable-personsig], [Do not build personsig])],
  [yes])

if test "$PHP_PERSONSIG" != no; then
  AC_ARG_VAR([CARGO], [cargo])
  AC_ARG_VAR([RUSTC], [rustc])
  AC_PATH_PROG([CARGO], [cargo])
  AC_PATH_PROG([RUSTC], [rustc])

  dnl What a PHP cannot load, before anything is compiled for it.
  if test "$PHP_THREAD_SAFETY" = yes || test "$PHP_DEBUG" = 1; then
    AC_MSG_ERROR([personsig is for a PHP that is neither thread-safe (ZTS) nor a debug build. Name another one with --with-php-config=.])
  fi
  if test "`$PHP_CONFIG --vernum`" -lt 80100; then
    AC_MSG_ERROR([personsig needs PHP 8.1 or later, and $PHP_CONFIG is that of PHP `$PHP_CONFIG --version`. Name another one with --with-php-config=.])
  fi

  PERSONSIG_RUST=`$SED -n 's/^rust-version = "\(.*\)"/\1/p' "$abs_srcdir/../../Cargo.toml"`
  for program in "$CARGO" "$RUSTC"; do
    found=`"$program" --version 2>/dev/null | $SED -n 's/^@<:@a-z@:>@* \(@<:@0-9.@:>@*\).*/\1/p'`
    AS_IF([test -z "$found"],
      [AC_MSG_ERROR([personsig needs Rust $PERSONSIG_RUST or later, and there is no cargo and rustc on the PATH that run. Install Rust with rustup, or use the compiled extension.])])
    AS_VERSION_COMPARE([$found], [$PERSONSIG_RUST],
      [AC_MSG_ERROR([personsig needs Rust $PERSONSIG_RUST or later, and $program is $found. Run rustup update, or use the compiled extension.])])
  done

  dnl Named, or what a configuration of cargo's names as the target would decide where the library lies.
  PERSONSIG_TARGET=`"$RUSTC" -vV | $SED -n 's/^host: //p'`
  PHP_SUBST([CARGO])
  PHP_SUBST([RUSTC])
  PHP_SUBST([PHP_CONFIG])
  PHP_SUBST([PERSONSIG_RUST])
  PHP_SUBST([PERSONSIG_TARGET])

  dnl In place of PHP_NEW_EXTENSION, which wants sources in C. `make test` reads the name of the library from the .la file.
  PHP_MODULES="$PHP_MODULES \$(phplibdir)/personsig.la"
  PHP_SUBST([PHP_MODULES])
  PHP_ADD_MAKEFILE_FRAGMENT([$abs_srcdir/Makefile.frag], [$abs_srcdir], [$abs_builddir])
fi
