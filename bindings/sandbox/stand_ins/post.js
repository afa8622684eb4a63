// What both stand-ins share: how they tell the sandbox, and how they tell the developer. Nothing here throws into the page.
var script = document.currentScript;
var origin = script && script.src ? new URL(script.src, location.href).origin : location.origin;
// A page that was pointed at the sandbox by hand has another origin. It is told nothing, but what it says arrives.
var same = origin === location.origin;
var view = Array.from(crypto.getRandomValues(new Uint8Array(12)), function (byte) {
  return byte.toString(16).padStart(2, '0');
}).join('');
var waiting = Promise.resolve();
var unsent = [];

function stored(value) {
  try {
    if (value === undefined) return localStorage.getItem('personsig_sandbox_visitor');
    localStorage.setItem('personsig_sandbox_visitor', value);
  } catch (error) {
    return null; // a page without storage has a new visitor each time
  }
}

// As JSON, whatever it holds: functions, cycles and big integers must not stop the page.
function plain(value, depth) {
  depth = depth || 0;
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return isFinite(value) ? value : String(value);
  if (typeof value !== 'object') return typeof value === 'undefined' ? null : String(value);
  if (depth > 8) return '…';
  if (Array.isArray(value))
    return value.slice(0, 100).map(function (item) {
      return plain(item, depth + 1);
    });
  var copy = {};
  Object.keys(value)
    .slice(0, 100)
    .forEach(function (key) {
      copy[key] = plain(value[key], depth + 1);
    });
  return copy;
}

// What an id or a signature is on the wire: its characters.
function text(value) {
  return value === undefined || value === null ? null : String(value);
}

function body(call) {
  call.vendor = VENDOR;
  call.view = view;
  call.page = location.pathname;
  call.visitor = stored();
  return JSON.stringify(call);
}

function say(call, answer) {
  if (!answer) return;
  if (answer.error) return console.warn('[personsig sandbox] ' + TITLE + ': ' + answer.message);
  var who = call.user_id ? ' of ' + JSON.stringify(call.user_id) : '';
  var reasons = (answer.reasons || [])
    .map(function (reason) {
      return '\n  ' + reason.message + ' ' + reason.fix;
    })
    .join('');
  var good = answer.verdict === 'valid' || answer.verdict === 'anonymous';
  var note = answer.would_be_ignored ? ' With Secure Mode on it would be ignored.' : '';
  console[good && !reasons ? 'info' : 'warn'](
    '[personsig sandbox] ' + TITLE + ': ' + call.call + who + ' is ' + answer.verdict + ', ' + answer.effect + '.' + note + reasons,
  );
}

// One after the other, so that they arrive in the order in which they were made.
function post(call, then) {
  unsent.push(call);
  waiting = waiting
    .then(function () {
      var at = unsent.indexOf(call);
      if (at < 0) return;
      unsent.splice(at, 1);
      var sent = body(call);
      return fetch(origin + '/_personsig/call', {
        method: 'POST',
        mode: same ? 'same-origin' : 'no-cors',
        credentials: 'omit',
        // Browsers send at most 64 KiB so, all such requests of a page together.
        keepalive: new Blob([sent]).size < 30000,
        headers: { 'Content-Type': 'text/plain' },
        body: sent,
      })
        .then(function (response) {
          return same ? response.json() : null;
        })
        .then(function (answer) {
          if (answer && answer.visitor) stored(answer.visitor);
          say(call, answer);
          if (then) then(answer);
        });
    })
    .catch(function (error) {
      console.warn('[personsig sandbox] ' + TITLE + ': the sandbox did not answer', error);
    });
}

// What is still waiting when the page ends.
function flush() {
  unsent.splice(0).forEach(function (call) {
    navigator.sendBeacon(origin + '/_personsig/call', body(call));
  });
}

// Calls the page's own function, whose faults are its own.
function give(callback, value) {
  if (typeof callback === 'function')
    setTimeout(function () {
      callback(value);
    });
}

function safely(act) {
  return function () {
    try {
      return act.apply(this, arguments);
    } catch (error) {
      console.warn('[personsig sandbox] ' + TITLE + ': this call is not understood', error);
    }
  };
}

// A page that has identified nobody after a second has a visitor.
function visits(identified, token) {
  var told = false;
  function visit() {
    if (told || identified()) return;
    told = true;
    post({ call: 'visit', token: token() });
  }
  setTimeout(safely(visit), 1000);
  return visit;
}
