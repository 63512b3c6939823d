"""Masks for personal values on screen and in exports."""


def mask_name(name: str) -> str:
    """Show the first character and, of longer names, the last: 林*生. One character is hidden whole."""
    if len(name) <= 1:
        return "*" * len(name)
    if len(name) == 2:
        return f"{name[0]}*"
    return f"{name[0]}{'*' * min(len(name) - 2, 3)}{name[-1]}"


def mask_phone(phone: str) -> str:
    """Show the first three and last four digits: 138****5602. Short numbers show their last two."""
    digits = "".join(letter for letter in phone if letter.isdigit())
    if len(digits) < 8:
        return "*" * max(len(digits) - 2, 0) + digits[-2:]
    return f"{digits[:3]}{'*' * (len(digits) - 7)}{digits[-4:]}"


def mask_id_number(number: str) -> str:
    """Show the first three and last four characters of an identity number: 330***********123X."""
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}" if len(number) > 10 else "*" * len(number)
