"""Queries and titles, and whether the query finds the title, for every search of the shop."""

# Ambiguous characters are what these pairs are about.
# ruff: noqa: RUF001

from typing import Final

FOUND: Final = (
    # Scripts without spaces, and Hangul compounds.
    ("罗汉果", "香港罗汉果"),
    ("香港", "香港罗汉果"),
    ("果", "香港罗汉果"),
    ("タワー", "東京タワー"),
    ("ﾀﾜｰ", "東京タワー"),
    ("ガラス", "耐熱カ\u3099ラス鍋"),
    ("กาแฟ", "ร้านกาแฟสด"),
    ("น้ำ", "แก้วน้ำเย็น"),
    ("ເຂົ້າ", "ກິນເຂົ້າແລ້ວ"),
    ("កាហ្វេ", "ហាងកាហ្វេថ្មី"),
    ("လက်ဖက်", "ပူလက်ဖက်ရည်"),
    ("청소기", "무선청소기"),
    ("手机壳", "iPhone手机壳"),
    ("iphone", "手机壳iPhone15"),
    # Case, accents, composition, letters with strokes, ligatures, width.
    ("kettle", "COPPER KETTLE"),
    ("cafe", "Café crème"),
    ("Café", "Cafe\u0301"),
    ("CAFE\u0301", "café"),
    ("istanbul", "İstanbul"),
    ("İSTANBUL", "istanbul"),
    ("ISPARTA", "ısparta"),
    ("STRASSE", "Straße"),
    ("straße", "Strasse"),
    ("oeuvre", "L’Œuvre au noir"),
    ("œuvre", "Oeuvre complète"),
    ("encyclopaedia", "Encyclopædia"),
    ("ostergard", "Østergård"),
    ("lodz", "Łódź"),
    ("fig", "ﬁg"),
    ("lamp", "Ｌａｍｐ"),
    ("Ёлка", "елка"),
    ("किताब 3", "३ किताबें"),
    # Apostrophes.
    ("mens", "Men’s shirt"),
    ("men's", "Mens shirt"),
    ("men’s", "Men's shirt"),
    ("obrien", "O’Brien"),
    ("o'brien", "OBrien"),
    # Hyphens and spaces.
    ("wi-fi", "wifi router"),
    ("wi-fi", "wi fi router"),
    ("wifi", "Wi-Fi router"),
    ("wifi", "wi fi router"),
    ("wi fi", "Wi-Fi router"),
    ("wi fi", "WiFi router"),
    ("wi\u2011fi", "wifi router"),
    ("tshirt", "T-Shirt"),
    ("usb c", "USB-C cable"),
    # Signs of names.
    ("c++", "C++ Primer"),
    ("C#", "C# in depth"),
    ("c", "C++ Primer"),
    (".net", "Learn .NET"),
    (".NET", "ASP.NET Core"),
    ("net", "Learn .NET"),
    ("lego®", "Lego bricks"),
    # Emoji.
    ("🪁", "Kite 🪁"),
    ("👩🏽‍🔬", "Scientist 👩‍🔬"),
    ("❤", "Love ❤️"),
    ("🇮🇳", "Flag 🇮🇳"),
    # Spaces and order.
    ("  brass  ", "Brass lamp"),
    ("lamp\u3000brass", "Brass lamp"),
)

NOT_FOUND: Final = (
    ("汉罗", "香港罗汉果"),
    ("罗汉松", "香港罗汉果"),
    ("กาแฟ", "ร้านอาหาร"),
    ("c++", "C# in depth"),
    ("c#", "C++ Primer"),
    (".net", "Net curtain"),
    ("🪁", "Kite"),
    ("🇮🇳", "Flag 🇺🇸"),
    ("brass trunk", "Brass lamp"),
    ("!?", "What!?"),
    ("%", "100% cotton"),
    ("_", "snake_case"),
)

TITLES: Final = tuple(dict.fromkeys(title for _, title in (*FOUND, *NOT_FOUND)))
