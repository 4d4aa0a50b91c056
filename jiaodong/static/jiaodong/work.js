// Every page of work: what was said last has the focus, a menu that opens has its first field ready.
// Comfort only: without this file every button still does what it says.
(function () {
  "use strict";

  var wanted = document.querySelector("[data-focus]");
  if (wanted) wanted.focus();
  document.querySelectorAll("details.unchanged").forEach(function (menu) {
    menu.addEventListener("toggle", function () {
      if (menu.open) menu.querySelector("input[type=text]").focus();
    });
  });

  // What only one answer asks for is out of the way until that answer is chosen.
  document.querySelectorAll("[data-when]").forEach(function (part) {
    var form = part.closest("form");
    function show() {
      part.hidden = !form.querySelector("input[type=radio][value=" + part.dataset.when + "]:checked");
    }
    form.addEventListener("change", show);
    window.addEventListener("pageshow", show); // on the way back the browser fills in again what was chosen
    show();
  });

  // A text is copied with one press. Sites inside an office are often plain http, where the newer way does not exist.
  document.querySelectorAll("[data-copy]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      document.getElementById(button.dataset.copy).select();
      button.nextElementSibling.textContent = document.execCommand("copy") ? "已复制。" : "已选中，请按 Ctrl+C 复制。";
    });
  });

  // A text that a button of the report form has sent is dropped from this computer once the server has said that it is kept.
  try {
    var handed = sessionStorage.getItem("handed");
    sessionStorage.removeItem("handed");
    if (handed && document.querySelector(".notice.ok")) localStorage.removeItem(handed);
  } catch (refused) { /* nothing can be kept here, so nothing was */ }
})();
