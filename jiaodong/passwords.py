"""Rules for passwords."""

from django.contrib.auth.password_validation import MinimumLengthValidator


class LongEnough(MinimumLengthValidator):
    """Django's own, whose Chinese refusal got lost when 5.2 reworded the English."""

    def get_error_message(self) -> str:
        return f"密码太短，至少要 {self.min_length} 个字符。"
