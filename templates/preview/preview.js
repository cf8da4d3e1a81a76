"use strict";

// Without this script the preview still works: the page is then reloaded by hand, and the mail scrolls in its frame.

const PLACE = "digest-preview-place";
const version = document.body.dataset.version;

function keepPlace() {
  const focused = document.activeElement ? document.activeElement.id : "";
  sessionStorage.setItem(PLACE, JSON.stringify({ path: location.pathname, y: window.scrollY, focused }));
}

function backToPlace() {
  const kept = JSON.parse(sessionStorage.getItem(PLACE) || "null");
  sessionStorage.removeItem(PLACE);
  if (!kept || kept.path !== location.pathname) return;
  const element = kept.focused ? document.getElementById(kept.focused) : null;
  const moved = document.activeElement && document.activeElement !== document.body;
  if (element && !moved) element.focus({ preventScroll: true });
  window.scrollTo(0, kept.y);
}

function fit(frame) {
  const mail = frame.contentDocument;
  if (!mail || !mail.documentElement) return;
  frame.style.height = "0";
  frame.style.height = `${mail.documentElement.scrollHeight + 2}px`;
}

function follow() {
  const events = new EventSource("/events");
  events.onmessage = (message) => {
    if (message.data === version) return;
    events.close();
    keepPlace();
    location.reload();
  };
  window.addEventListener("pagehide", () => events.close());
}

history.scrollRestoration = "manual";
const frame = document.querySelector("iframe.mail");
if (frame) {
  const settle = () => { fit(frame); backToPlace(); };
  frame.addEventListener("load", settle);
  window.addEventListener("resize", () => fit(frame));
  if (frame.contentDocument && frame.contentDocument.readyState === "complete" && frame.contentDocument.body.childElementCount) settle();
} else {
  backToPlace();
}
document.querySelectorAll("nav a").forEach((link) => link.addEventListener("click", keepPlace));
follow();
