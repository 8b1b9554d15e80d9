"""Prefixes of the pincodes of each Indian state and union territory.

The first digit of a pincode is its region, the first two its circle and the first three its
sorting district. The longest matching prefix decides.
"""

from typing import Final

STATES: Final = {
    "Delhi": "11",
    "Haryana": "12 13",
    "Punjab": "14 15",
    "Chandigarh": "160",
    "Himachal Pradesh": "17",
    "Jammu and Kashmir": "18 19",
    "Ladakh": "194",
    "Uttar Pradesh": "20 21 22 23 24 25 26 27 28",
    "Uttarakhand": "2447 246 2476 248 249 2623 2624 2625 263",
    "Rajasthan": "30 31 32 33 34",
    "Gujarat": "36 37 38 39",
    "Dadra and Nagar Haveli and Daman and Diu": "362520 362540 396210 396220 396230",
    "Maharashtra": "40 41 42 43 44",
    "Goa": "403",
    "Madhya Pradesh": "45 46 47 48",
    "Chhattisgarh": "49",
    "Telangana": "500 501 502 503 504 505 506 507 508 509",
    "Andhra Pradesh": "51 52 53",
    "Karnataka": "56 57 58 59",
    "Tamil Nadu": "60 61 62 63 64",
    "Puducherry": "605001 605002 605003 605004 605005 605006 605007 605008 6096 673310",
    "Kerala": "67 68 69",
    "Lakshadweep": "682551 682552 682553 682554 682555 682556 682557 682558 682559",
    "West Bengal": "70 71 72 73 74",
    "Sikkim": "737",
    "Andaman and Nicobar Islands": "744",
    "Odisha": "75 76 77",
    "Assam": "78",
    "Arunachal Pradesh": "790 791 792",
    "Meghalaya": "793 794",
    "Manipur": "795",
    "Mizoram": "796",
    "Nagaland": "797 798",
    "Tripura": "799",
    "Bihar": "80 81 82 84 85",
    "Jharkhand": "814 815 816 822 825 826 827 828 829 831 832 833 834 835",
}
