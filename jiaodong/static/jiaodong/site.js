// Comfort only: every page does all it does without this file.
(function () {
  "use strict";

  var COOKIE = "display", YEAR = 31536000;

  function modes() {
    return Array.prototype.filter.call(document.querySelectorAll("[data-mode]"), function (link) {
      return link.getAttribute("aria-pressed") === "true";
    }).map(function (link) { return link.dataset.mode; });
  }

  function remember() {
    var secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = COOKIE + "=" + modes().join(".") + "; path=/; max-age=" + YEAR + "; samesite=lax" + secure;
  }

  // 长者模式 is all modes at once; the link asks the server, its sign follows what is switched here.
  function sayElder() {
    var link = document.querySelector("[data-elder]");
    if (!link) return;
    if (modes().length === document.querySelectorAll("[data-mode]").length) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }

  // The links that ask the server for a display mode become buttons that switch it on the spot.
  function switchOnTheSpot(link) {
    link.setAttribute("role", "button");
    link.setAttribute("aria-pressed", String(link.hasAttribute("aria-current")));
    link.removeAttribute("aria-current");
    link.addEventListener("click", function (event) {
      event.preventDefault();
      var on = document.documentElement.classList.toggle(link.dataset.class);
      link.setAttribute("aria-pressed", String(on));
      remember();
      sayElder();
    });
    link.addEventListener("keydown", function (event) {
      if (event.key !== " ") return;
      event.preventDefault();
      link.click();
    });
  }

  function closeMenus(except) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (menu !== except) menu.open = false;
    });
  }

  // How many boxes of a list are ticked, and which, beside the button that acts on them.
  function sayChosen(line) {
    var form = line.closest("form");
    function say() {
      var codes = Array.prototype.map.call(form.querySelectorAll("input[data-code]:checked"), function (box) {
        return box.dataset.code;
      });
      line.textContent = codes.length ? "已选 " + codes.length + " 项：" + codes.join("、") + "。" : "";
    }
    form.addEventListener("change", say);
    say();
  }

  document.querySelectorAll("[data-mode]").forEach(switchOnTheSpot);
  document.querySelectorAll("[data-chosen]").forEach(sayChosen);
  document.addEventListener("click", function (event) {
    closeMenus(event.target.closest("details.menu"));
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    var menu = document.activeElement.closest("details.menu[open]");
    closeMenus();
    if (menu) menu.querySelector("summary").focus();
  });
})();
