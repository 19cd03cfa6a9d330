"""Writes Oulu-CASIA NIR&VIS: {NI,VL}/{Strong,Weak,Dark}/P001/{Anger,...}/NNN.jpeg."""

from faces.testbed.photo import LayoutWriter, Photo, photo_of

FOLDER = {"VIS": "VL", "NIR": "NI"}
LIGHTS = ("Strong", "Weak", "Dark")
EXPRESSIONS = ("Anger", "Disgust", "Fear", "Happiness", "Sadness", "Surprise")


def _place(person: int, spectrum: str, number: int) -> Photo:
    """Return a photo; numbers run over expressions, then over lights, then over frames."""
    expression = EXPRESSIONS[number % len(EXPRESSIONS)]
    light = LIGHTS[number // len(EXPRESSIONS) % len(LIGHTS)]
    frame = f"{number // (len(EXPRESSIONS) * len(LIGHTS)) + 1:03d}"
    subject = f"P{person + 1:03d}"
    return photo_of(
        person,
        spectrum,
        number,
        source=f"{FOLDER[spectrum]}/{light}/{subject}/{expression}/{frame}.jpeg",
        subject=subject,
        session=light,
        shot=f"{light}-{expression}-{frame}",
    )


WRITER = LayoutWriter("oulu", _place, aspect=4 / 3)
