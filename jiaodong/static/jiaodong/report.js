// The report form's memory: saves by itself, keeps a copy on this computer until the server has confirmed, compares with
// last period. Comfort only: without this file every button still does what it says.
(function () {
  "use strict";

  var EVERY = 20000; // milliseconds between automatic saves
  var KEEPALIVE_LIMIT = 60000; // bytes a page may send while it is being left

  function all(selector, within) { return Array.prototype.slice.call((within || document).querySelectorAll(selector)); }

  var form = document.getElementById("report");
  var trouble = document.getElementById("trouble");
  var savedLine = document.getElementById("saved");
  var writer = form.elements.writer.value;
  var element = window.reportParts.element, button = window.reportParts.button;
  var mine = new window.reportParts.Copy(form, { values: values, fill: fill, plain: plain });
  var sent = snapshot(); // what the server has, or showed
  var sending = null; // the save under way
  var hints = ""; // as the server wrote them last
  var isLeaving = false;
  var isStopped = false; // after a conflict or a refusal nothing is sent by itself

  // Fields ------------------------------------------------------------------------------------------------------------

  function inputs() { return all("[data-last]", form); }

  function values() {
    var result = {};
    inputs().forEach(function (input) {
      if (input.type !== "radio" || input.checked) result[input.name] = input.value;
      else if (!(input.name in result)) result[input.name] = "";
    });
    return result;
  }

  function snapshot() { return JSON.stringify(values()); }

  function fill(texts) {
    inputs().forEach(function (input) {
      if (!(input.name in texts)) return;
      if (input.type === "radio") input.checked = input.value === texts[input.name];
      else input.value = texts[input.name];
    });
    changed();
  }

  function plain(text) {
    return text.replace(/\r\n?/g, "\n").replace(/[０-９]/g, function (digit) {
      return String.fromCharCode(digit.charCodeAt(0) - 0xfee0);
    }).trim();
  }

  // 已改 and 恢复上期 ----------------------------------------------------------------------------------------------------

  function compare() {
    var now = values();
    all("[data-row]", form).forEach(function (row) {
      var mark = row.querySelector(".changes");
      var isChanged = all("[data-last]", row).some(function (input) {
        return plain(now[input.name]) !== plain(input.dataset.last);
      });
      if (mark) {
        mark.hidden = !isChanged;
        row.classList.toggle("changed", isChanged);
      }
    });
    showWhereNeeded(now);
  }

  // 风险说明 and 完成率下降的说明 are asked for only where they are needed, or have been written.
  function showWhereNeeded(now) {
    var percent = form.elements.percent_complete;
    var falls = percent.dataset.last !== "" && percent.value !== "" && Number(plain(percent.value)) < Number(percent.dataset.last);
    toggle("risk", now.confidence === "at_risk" || now.risk !== "");
    toggle("fall_reason", falls || now.fall_reason !== "");
  }

  function toggle(name, isShown) {
    var row = form.querySelector('[data-row="' + name + '"]');
    row.hidden = !isShown && !row.querySelector(".invalid-feedback");
  }

  form.addEventListener("click", function (event) {
    var button = event.target.closest("button[value^='restore:']");
    if (!button) return;
    event.preventDefault();
    var row = button.closest("[data-row]"), last = {};
    all("[data-last]", row).forEach(function (input) { last[input.name] = input.dataset.last; });
    fill(last);
    var first = row.querySelector("input:checked, textarea, input:not([type=radio]), select") || row.querySelector("input");
    first.focus();
  });

  // Saving ------------------------------------------------------------------------------------------------------------

  function body(withFiles) {
    var data = new FormData(form);
    if (!withFiles) data.delete("files");
    data.delete("change_expected_on");
    return data;
  }

  function save(options) {
    options = options || {};
    if (sending) return sending.then(function () { return options.files || snapshot() !== sent ? save(options) : true; });
    var texts = snapshot();
    sending = post(options, true).then(function (answer) {
      sending = null;
      confirmed(answer, texts, options);
      return true;
    }, function (problem) {
      sending = null;
      explain(problem);
      return false;
    });
    return sending;
  }

  function post(options, mayRetry) {
    return fetch(form.dataset.autosave, { method: "POST", body: body(options.files), credentials: "same-origin" }).then(function (response) {
      if (response.status === 403 && mayRetry) return freshToken().then(function () { return post(options, false); });
      return read(response);
    });
  }

  // A login in another tab makes this page's token stale.
  function freshToken() {
    return fetch(form.dataset.autosave + "?writer=" + writer, { credentials: "same-origin" }).then(read).then(function (answer) {
      all("input[name=csrfmiddlewaretoken]").forEach(function (input) { input.value = answer.token; });
    });
  }

  function read(response) {
    var isJson = (response.headers.get("Content-Type") || "").indexOf("application/json") === 0;
    if (response.redirected || (response.ok && !isJson)) throw { status: 401, login: form.dataset.login, why: "登录已过期。" };
    if (response.ok) return response.json();
    if (!isJson) throw { status: response.status };
    return response.json().then(function (answer) { answer.status = response.status; throw answer; });
  }

  function confirmed(answer, texts, options) {
    sent = texts;
    form.elements.version.value = answer.version;
    if (snapshot() === texts && !Object.keys(answer.errors).length) mine.drop();
    say(null);
    savedLine.textContent = answer.at + " 已自动保存" + (Object.keys(answer.errors).length ? "，标红的栏没有存" : "");
    inputs().forEach(function (input) { markError(input, answer.errors[input.name]); });
    if (answer.hints !== hints) document.getElementById("hints").innerHTML = hints = answer.hints; // said once
    if (!options.files) return;
    document.getElementById("files").innerHTML = answer.files;
    form.elements.files.value = "";
  }

  function markError(input, text) {
    if (input.type === "radio") return;
    var id = input.id + "_error", line = document.getElementById(id);
    if (text) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
    if (!text) { if (line) line.remove(); return; }
    if (!line) {
      line = element("div", "");
      line.id = id;
      line.className = "invalid-feedback d-block";
      input.closest(".cmp-r").appendChild(line);
      input.setAttribute("aria-describedby", ((input.getAttribute("aria-describedby") || "") + " " + id).trim());
    }
    line.textContent = text;
  }

  function explain(problem) {
    var isHere = mine.keep();
    var copy = isHere ? "文字已存在这台电脑上" : "请不要关闭本页";
    if (problem.status === 401) {
      say(problem.why + copy + "，本页不用关。", "在新标签页登录", problem.login);
    } else if (problem.status === 409) {
      isStopped = true;
      say(problem.by + "刚才也保存了这份填报，您的文字还没有保存。", "比较两份文字", null);
    } else if (problem.status === 422 || problem.status === 404) {
      isStopped = true;
      say((problem.why || "这份填报现在不能保存。") + copy + "。");
    } else if (problem.status === 413) {
      say("文字或文件太大，服务器没有收下，" + copy + "。文字请删减；文件请换小一些的，再选一次。");
    } else if (problem.status) {
      say("服务器暂时不能保存（" + problem.status + "），" + copy + "，会自动再试。");
    } else {
      say("网络断开，" + copy + "，恢复后自动保存。");
    }
  }

  // Says once what is wrong, with the way out; null when all is well again.
  function say(text, action, href) {
    if (trouble.dataset.said === String(text)) return;
    trouble.dataset.said = String(text);
    trouble.textContent = "";
    if (!text) return;
    savedLine.textContent = "还没有保存";
    var line = element("p", text + " ");
    if (action && href) {
      var link = element("a", action);
      link.href = href;
      link.target = "_blank";
      link.rel = "noopener";
      line.appendChild(link);
    } else if (action) {
      line.appendChild(button(action, "btn btn-outline-primary btn-sm", function () { leaveBy(null); }));
    }
    trouble.appendChild(line);
  }

  function changed() {
    compare();
    if (snapshot() !== sent) mine.keep();
  }

  function isDirty() { return snapshot() !== sent; }

  function tick() { if (isDirty() && !isStopped && !isLeaving) save(); }

  // Leaving -----------------------------------------------------------------------------------------------------------

  // A button waits for the save under way, else its own version would be the stale one.
  function leaveBy(submitter) {
    isLeaving = true;
    if (submitter) form.requestSubmit(submitter);
    else form.requestSubmit(form.querySelector("button[value=save]"));
  }

  form.addEventListener("submit", function (event) {
    if (sending) {
      event.preventDefault();
      var submitter = event.submitter;
      sending.then(function () { leaveBy(submitter); });
      return;
    }
    if (navigator.onLine === false) {
      event.preventDefault();
      explain({});
      return;
    }
    isLeaving = true;
    if (mine.keep()) sessionStorage.setItem("handed", mine.key);
  });

  function beforeGone() {
    if (isLeaving || isStopped || !isDirty()) return;
    mine.keep();
    var data = body(false), size = snapshot().length * 3 + 1000;
    if (size < KEEPALIVE_LIMIT) fetch(form.dataset.autosave, { method: "POST", body: data, keepalive: true, credentials: "same-origin" }).catch(function () { /* the copy here remains */ });
  }

  window.addEventListener("pagehide", beforeGone);
  window.addEventListener("pageshow", function (event) {
    isLeaving = false;
    if (event.persisted) sent = "";
  });
  window.addEventListener("online", tick);
  window.addEventListener("offline", function () { if (isDirty()) explain({}); });
  window.addEventListener("focus", tick);
  document.addEventListener("visibilitychange", tick);
  form.addEventListener("input", changed);
  document.querySelector(".upload button").hidden = true; // files go up as they are chosen
  form.elements.files.addEventListener("change", function () { if (this.files.length) save({ files: true }); });
  setInterval(tick, EVERY);
  compare();
  mine.offer(document.getElementById("local"));
})();
