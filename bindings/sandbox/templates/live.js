// The page is complete without this. With it, its parts follow what happens.
function live(key, [vendor, verdict, page, userId]) {
  const asked = new URLSearchParams({ key, vendor, verdict, page, user_id: userId });
  const shown = {};
  const events = new EventSource('/_personsig/events?' + asked);
  events.addEventListener('sections', (event) => {
    for (const [name, html] of Object.entries(JSON.parse(event.data))) {
      // Rendered and escaped by the sandbox. What has not changed is left alone, so that screen readers are not told it again.
      if (shown[name] === html) continue;
      const first = shown[name] === undefined;
      shown[name] = html;
      const section = document.getElementById(name);
      const focus = section.contains(document.activeElement) ? document.activeElement.id : '';
      if (first && section.innerHTML.trim() === html.trim()) continue;
      section.innerHTML = html;
      if (focus) document.getElementById(focus)?.focus();
    }
  });
}
