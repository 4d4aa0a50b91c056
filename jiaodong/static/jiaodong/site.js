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

  // Characters as the server counts them: one for each sign, without the space around the text.
  function tooMany(field) { return Array.from(field.value.trim()).length - field.dataset.longest; }

  // How long a text is, beside it, from nine tenths of what is accepted.
  function sayLength(field) {
    var id = field.id + "_length", line = document.getElementById(id), most = Number(field.dataset.longest);
    var over = tooMany(field);
    if (!line) {
      if (over <= -most / 10) return;
      line = document.createElement("p");
      line.id = id;
      line.setAttribute("role", "status");
      field.setAttribute("aria-describedby", ((field.getAttribute("aria-describedby") || "") + " " + id).trim());
      field.insertAdjacentElement("afterend", line);
    }
    line.className = over > 0 ? "invalid-feedback d-block" : "hint mt-1 mb-0";
    line.hidden = over <= -most / 10;
    line.textContent = "已写 " + (most + over) + " 字，最多 " + most + " 字" + (over > 0 ? "，请删减 " + over + " 字。" : "。");
  }

  // A text that would be refused is not sent: here it stands, and is mended. A button that leaves it behind may pass.
  function stopTooLong(event) {
    if (event.submitter && event.submitter.formNoValidate) return;
    var field = Array.prototype.find.call(event.target.elements, function (one) {
      return one.dataset.longest && tooMany(one) > 0;
    });
    if (!field) return;
    event.preventDefault();
    event.stopPropagation();
    sayLength(field);
    field.focus();
  }

  document.querySelectorAll("[data-mode]").forEach(switchOnTheSpot);
  document.querySelectorAll("[data-chosen]").forEach(sayChosen);
  document.addEventListener("input", function (event) {
    if (event.target.dataset.longest) sayLength(event.target);
  });
  document.addEventListener("submit", stopTooLong, true);
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
